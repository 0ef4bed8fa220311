"""Check a GLUE submission against the benchmark's files, headers, row counts and labels.

python -m scripts.glue.check_submission glue_submission.zip
"""

from pathlib import Path

from scripts.common import cli
from scripts.common.errors import UserError
from scripts.glue.files import submission


@cli.step
def main(archive: Path, /) -> None:
    problems = list(submission.faults(archive, submission.official_counts()))
    for problem in problems:
        cli.log.error("%s: %s", archive, problem)
    if problems:
        raise UserError(f"{archive}: {len(problems)} problems; not fit for submission")
    cli.log.info("%s: fit for submission", archive)
