"""Jobs of the tests' Slurm find no plugins for other clusters.

A job uses none, and importing them at each of its two starts of Snakemake takes a third of the
start's time. Whoever submits the jobs sees all.
"""

import os
import pkgutil

UNUSED = ("snakemake_executor_plugin_azure", "snakemake_storage_plugin_azure")
everything = pkgutil.iter_modules


def some_modules(*args, **kwargs):
    """The modules that a job needs."""
    for found in everything(*args, **kwargs):
        name = found.name
        if not name.startswith(UNUSED) and name != "snakemake_executor_plugin_slurm":
            yield found


if "SLURM_JOB_ID" in os.environ:
    pkgutil.iter_modules = some_modules
