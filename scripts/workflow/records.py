"""Records of what made an output, kept where Snakemake has none."""

from typing import Any

from snakemake.persistence import PersistenceBase


def record_in_jobs() -> None:
    """Have a job on a cluster record what it made an output of, as the main Snakemake does.

    Snakemake leaves that to the main process. Where that one was killed, the outputs of jobs that went
    on and ended well would have no record, or that of the time before: they would be made again, or no
    later change of their settings would be noticed. Of all that Snakemake does for
    `immediate_submit`, this is the recording alone.
    """
    finished = PersistenceBase.finished

    async def finished_and_recorded(self: PersistenceBase, job: Any) -> None:
        settings = self.dag.workflow.remote_execution_settings
        before, settings.immediate_submit = settings.immediate_submit, True
        try:
            await finished(self, job)
        finally:
            settings.immediate_submit = before

    PersistenceBase.finished = finished_and_recorded
