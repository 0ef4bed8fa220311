"""Write the benchmark's submission from the best dev run of each task.

    python -m scripts.glue.write_submission results/glue/*/seed*/metrics.json \\
        --official-counts -o glue_submission.zip

The archive is checked (see check_submission) before it gets its name.
"""

from pathlib import Path

from scripts.common import cli
from scripts.common.errors import UserError
from scripts.glue.files import submission
from scripts.glue.scores import finished_runs
from scripts.glue.scores.finished_runs import Run
from scripts.glue.tasks.official_tasks import OFFICIAL


def submit(found: list[Run], target: Path, official: bool) -> None:
    """Write `target` from the runs that were not finetuned on another task before."""
    best = {}
    for task in OFFICIAL:
        own = [run for run in found if run.row == task]
        if not own:
            raise UserError(f"{target}: no run of {task}; a submission needs all nine tasks")
        best[task] = max(own, key=lambda run: run.report["score"])
        cli.log.info("%s: %s, dev %.4f", task, best[task].folder, best[task].report["score"])
    tests = {task: finished_runs.predictions(run, "test.tsv") for task, run in best.items()}
    answers = {}
    for name, (task, part) in submission.FILES.items():
        if part not in tests[task]:
            raise UserError(f"{best[task].folder / 'test.tsv'}: no predictions for {name}")
        rows = tests[task][part]
        answers[name] = [submission.prediction(row["prediction"], OFFICIAL[task]) for row in rows]
    counts = {name: len(rows) for name, rows in answers.items()}
    submission.write(target, answers, submission.official_counts() if official else counts)


@cli.step
def main(metrics: list[Path], /, output: Path, official_counts: bool = False) -> None:
    submit(finished_runs.read(metrics), output, official_counts)
