"""`snakemake --lint`, but that a stage's functions may stand in one file with its rules."""

import sys

from snakemake.cli import main
from snakemake.linting.snakefiles import SnakefileLinter

del SnakefileLinter.lint_mixed_func_and_rules

if __name__ == "__main__":
    sys.exit(main(["--lint"]))
