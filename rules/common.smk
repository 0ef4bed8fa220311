import re
import shlex
import sys
from pathlib import Path

import snakemake
from snakemake.exceptions import WorkflowError
from snakemake.logging import logger

# The repository of this file, whichever Snakefile includes it.
try:
    ROOT = Path(workflow.current_basedir).parent
except TypeError:
    raise WorkflowError("snakefile: must be a path, to a clone with its scripts, not a URL")
sys.path.insert(0, str(ROOT))

from scripts.common.atomic import write_text
from scripts.common.code import package_versions
from scripts.common.digest import value_digest
from scripts.common.settings import section_of, words
from scripts.workflow import internals, known_code
from scripts.workflow.config import freeze, mistakes, read_schema, with_defaults, with_numbers
from scripts.workflow.content import content, file_digests, own_files
from scripts.workflow.environment import instructions
from scripts.workflow.preflight import refused
from scripts.workflow.slurm_limits import most_cpus

MAIN = internals.is_main(workflow)

if MAIN and (untested := internals.untested(snakemake.__version__)):
    logger.warning(f"warning: {untested}")

if MAIN:  # a job that wants more than any node has would wait for ever
    internals.limit_threads(workflow, most_cpus())

for folder in (Path(".snakemake"), Path(".")):
    if MAIN and folder.exists() and refused(folder):
        raise WorkflowError(
            f"{folder.absolute()}: cannot be written to ({refused(folder)}); "
            "run snakemake in a folder of yours, or with --directory"
        )

# A workflow that uses this one as a module gives its own config in place of the Snakefile's.
SCHEMA = read_schema(ROOT / "config/schema.yaml")
config = with_numbers(with_defaults(config, ROOT / "config/config.yaml"), SCHEMA)
config = freeze(config, MAIN, __name__)
if not MAIN:
    internals.record_in_jobs()
if problems := mistakes(config, SCHEMA):
    raise WorkflowError("The config has mistakes:", *problems)


def code(step):
    """A step's code as a param: its digest, those of its modules, and the packages that the user tracks."""
    try:
        packages = package_versions(ROOT, step, config["track_versions"])
    except KeyError as error:
        raise WorkflowError(f"track_versions: no package {error} is installed")
    versions = [f"{name}@{version}" for name, version in packages.items()]
    return " ".join(["code", *known_code.step_digests(ROOT, step), *versions])


def step(file, launcher=None, **variables):
    """The params of a step: `code`, which is compared, and `run`, with which its command begins.

    A step runs with this interpreter, this repository and the same environment, but for `variables`,
    wherever snakemake was started. It takes the shell's place and ends with snakemake, so that none goes
    on writing beside the next run; one with a launcher of its own is ended by that.

    Not a prefix of all shells, since some may be another workflow's. Snakemake compares no param that is
    a function of the threads, so that neither the repository nor the step in it must stay where it is.
    """
    name = ".".join(Path(launcher or file).with_suffix("").parts)
    added = "".join(f" {key}={value}" for key, value in variables.items())
    command = (
        f". {shlex.quote(str(ROOT))}/scripts/workflow/environment.sh; "
        f"PATH={shlex.quote(str(Path(sys.executable).parent))}:$PATH "
        f"PYTHONPATH={shlex.quote(str(ROOT))} PYTHONSAFEPATH=1{added} exec python -m {name}"
    )
    if not launcher:
        command = f"export D2G_PARENT=$PPID; {command}"
    # A cluster's job is a snakemake of its own, which wants to know of no other step's code.
    once = code(file) if MAIN else lambda wildcards: code(file)
    return {"code": once, "run": lambda wildcards, threads: command}


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


def literal(files):
    """The user's own paths as a rule's input; an error for one that Snakemake would read otherwise."""
    for file in map(str, files):
        if re.search(r"<[a-z]\w*>|\{\s*\w+\s*(,[^{}]*)?\}", file):
            raise WorkflowError(
                f"{file}: Snakemake takes {{…}} and <…> in a path for names of its own; rename it"
            )
    return list(map(str, files))


def given(files):
    """What those of a rule's inputs hold that are the user's own files, as a param.

    A function of the wildcards alone: Snakemake compares no param that is one of the input.
    """

    def digest(wildcards):
        found = files(wildcards) if callable(files) else files
        found = content(own_files([found] if isinstance(found, str) else found))
        return f"content {found}" if found else ""

    return digest


def handed_over(choose):
    """Words of a rule's command that follow from its input, as a param; very many by a file.

    `choose` makes them of the input. A command has at most 128 kB.
    """

    def words(wildcards, input):
        text = shlex.join(map(str, choose(input)))
        if len(text) < 50_000:
            return text
        file = Path(f".snakemake/dump2glue/arguments/{value_digest(text)[:16]}")
        write_text(file, text)
        return f"--arguments {shlex.quote(str(file))}"

    return words


def passing(files):
    """Outputs that only later steps read: deleted once all these have, unless intermediates are kept."""
    return files if config["keep_intermediates"] else temp(files)


def memory(mb, per_thread=0):
    """Megabytes of memory for a job, and as many again at each retry, as it may have wanted more."""
    return lambda wildcards, threads, attempt: (mb + per_thread * threads) * attempt


def folder_of(files):
    """The folder of the first of a rule's files, as an argument of its command."""
    return shlex.quote(str(Path(files[0]).parent))


def output_folder(wildcards, output):
    """The folder of a rule's first output, as a param: the path, wherever a module's prefix puts it."""
    return folder_of(output)
