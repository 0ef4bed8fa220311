"""What of the environment reaches a step, and so is a param; environment.sh removes the rest."""

import os

from scripts.common.data import data_words

# Which instructions and which arithmetic a processor's libraries may use: who sets one means it.
INSTRUCTIONS = data_words(__file__, "instructions.txt")


def instructions() -> str:
    """The variables that choose a processor's instructions, as a param; empty where none is set."""
    return " ".join(f"{name}={os.environ[name]}" for name in INSTRUCTIONS if os.environ.get(name))
