"""Snakemake that asks for news of its Slurm jobs every second, for tests of short jobs.

The executor itself waits ten seconds longer after each time that nothing has ended.
"""

import sys

from snakemake.cli import main
from snakemake_executor_plugin_slurm import Executor

Executor.next_seconds_between_status_checks = property(lambda self: 1, lambda self, seconds: None)

if __name__ == "__main__":
    sys.exit(main())
