"""What every step needs: atomic outputs, the command line, reading and writing text."""
