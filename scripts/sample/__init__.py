"""An invented world: its facts, the encyclopaedia that tells them, and the tasks asked about them."""
