import json
import shlex
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError

ROOT = Path(workflow.basedir)
sys.path.insert(0, str(ROOT))

from scripts.common.code import code_digest, module_digests, package_versions
from scripts.common.settings import words
from scripts.workflow.config import freeze, mistakes, read_schema
from scripts.workflow.preflight import refused
from scripts.workflow.records import record_in_jobs

for folder in (Path(".snakemake"), Path(".")):
    if workflow.is_main_process and folder.exists() and refused(folder):
        raise WorkflowError(
            f"{folder.absolute()}: cannot be written to ({refused(folder)}); "
            "run snakemake in a folder of yours, or with --directory"
        )

freeze(config, workflow.is_main_process)
if not workflow.is_main_process:
    record_in_jobs()
problems = mistakes(config, read_schema(ROOT / "config/schema.yaml"))
if problems:
    raise WorkflowError("The config has mistakes:", *problems)

# Steps run with this interpreter and this repository, wherever snakemake was started; a step takes the
# shell's place and ends with snakemake, so that none goes on writing beside the next run.
shell.prefix(
    "set -euo pipefail; "
    f"export PATH={shlex.quote(str(Path(sys.executable).parent))}:$PATH "
    f"PYTHONPATH={shlex.quote(str(ROOT))} PYTHONHASHSEED=0; "
    'python() {{ D2G_PARENT=$PPID exec python "$@"; }}; '
)


def code(step):
    """A step's code as a param: its digest, those of its modules, and the packages that the user tracks."""
    try:
        packages = package_versions(ROOT, step, config["track_versions"])
    except KeyError as error:
        raise WorkflowError(f"track_versions: no package {error} is installed")
    modules = sorted(digest[:16] for digest in module_digests(ROOT, step).values())
    versions = [f"{name}@{version}" for name, version in packages.items()]
    return " ".join(["code", code_digest(ROOT, step)[:16], *modules, *versions])


def flags(**settings):
    """Settings as one string of command-line flags, which is how a config value reaches a step.

    One named string a rule, since Snakemake compares the params' values without their names.
    """
    return shlex.join(words(settings))


def untracked(**settings):
    """Settings as flags that never invalidate a result: intervals of checkpoints, numbers of workers.

    Snakemake compares no param that is a function of the threads.
    """
    return lambda wildcards, threads: flags(**settings)


def memory(mb, per_thread=0):
    """Megabytes of memory for a job, and as many again at each retry, as it may have wanted more."""
    return lambda wildcards, threads, attempt: (mb + per_thread * threads) * attempt


def folder_of(files):
    """The folder of the first of a rule's files, as an argument of its command."""
    return shlex.quote(str(Path(files[0]).parent))
