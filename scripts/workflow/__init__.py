"""What the Snakefile itself uses: code digests, the check of the config, the reasons of a rerun."""
