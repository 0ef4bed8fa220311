from snakemake.logging import logger

from scripts.workflow import preflight, slurm_limits
from scripts.workflow.plan import needed_bytes, summary

internals.use_environment(workflow, ROOT, "config/environment.yaml")
if MAIN:
    known_code.save(ROOT)


def this_run():
    """What the checks before a run, and its plan, need to know."""
    graph = internals.graph_of(workflow)
    return preflight.Run(
        **graph,
        root=ROOT,
        config=config,
        model=SHAPE,
        text=corpus_text(),
        download=sum(file["size"] or 0 for file in DUMP_FILES.values()),
        gpus=preflight.visible_gpus() if graph["here"] else [],
    )


preflight.current = this_run


def code_times():
    """When each of the repository's modules was last written."""
    return {file: file.stat().st_mtime_ns for file in ROOT.glob("scripts/**/*.py")}


CODE_TIMES = {}  # as the run began


def warn_of_changed_code():
    """Say which code changed during the run: a job may have used what its record does not name."""
    now = code_times()
    changed = [file for file, time in CODE_TIMES.items() if now.get(file) != time]
    if changed:
        names = sorted(str(file.relative_to(ROOT)) for file in changed)
        logger.warning(
            f"warning: {preflight.listed(names)}: written while this run was going on; jobs that "
            "import it may have used either version; run their rules again with --forcerun"
        )


onstart:
    if MAIN and not internals.only_touches(workflow):
        planned = this_run()
        needed = needed_bytes(planned)
        for line in preflight.warnings(planned):
            logger.warning(f"warning: {line}")
        if wrong := preflight.mistakes(planned, needed):
            raise WorkflowError("The run cannot begin: " + "\n".join(wrong))
        for line in summary(planned):
            logger.info(line)
        CODE_TIMES.update(code_times())
        if planned.executor == "slurm":
            slurm_limits.watch(lambda line: logger.warning(f"warning: {line}"))


onsuccess:
    warn_of_changed_code()


onerror:
    warn_of_changed_code()
