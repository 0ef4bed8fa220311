"""Check a GLUE submission against the benchmark's files, headers, row counts and labels.

python -m scripts.glue.check_submission glue_submission.zip
"""

from pathlib import Path

from scripts.common import cli
from scripts.common.errors import UserError
from scripts.glue.files import submission


@cli.step
def main() -> None:
    parser = cli.Parser(__doc__)
    parser.add_argument("archive", type=Path)
    args = parser.parse_args()
    problems = list(submission.faults(args.archive, submission.official_counts()))
    for problem in problems:
        cli.log.error("%s: %s", args.archive, problem)
    if problems:
        raise UserError(f"{args.archive}: {len(problems)} problems; not fit for submission")
    cli.log.info("%s: fit for submission", args.archive)
