"""The training on a cluster: spread over nodes, cancelled, out of time, preempted, on lost nodes.

Each time it stands still (SIGSTOP) while something befalls it, so that no machine is too fast or
too slow; Slurm itself lets it go on (SIGCONT) to tell it that it has to end.
"""

import shutil
import signal
import tempfile
from pathlib import Path

import pytest

from tests.clusters.slurm.lab import Lab
from tests.clusters.slurm.runs import LOG, Training, submitted, weights

pytestmark = pytest.mark.cluster


def test_two_nodes_with_two_processes_each(undisturbed: Path):
    assert len(submitted((undisturbed / "snakemake.log").read_text())) == 1
    assert "4 process(es)" in (undisturbed / LOG).read_text()
    assert not list(undisturbed.glob("logs/pretrain/*.process*"))


def test_a_training_that_is_cancelled_preempted_and_loses_a_node_goes_on_by_itself(
    training, undisturbed: Path, lab: Lab
):
    place: Training = training()
    place.start()

    reached = place.hold()
    lab.output("scancel", *lab.jobs())
    lab.drain("lab2")
    place.wait_for(lambda: not lab.jobs(), "end of the cancelled job")
    assert "stopped by SIGTERM at step" in place.text()
    place.wait_for(lambda: lab.jobs("PENDING"), "new job, in the queue")
    lab.resume()

    assert place.hold() > reached
    (job,) = lab.jobs()  # from here on Slurm itself starts it again, under the same id
    lab.output("sbatch", "-p", "urgent", "-N2", "--exclusive", "-o/dev/null", "--wrap=true")
    place.wait_for(
        lambda: lab.restarts(job) == 1 and lab.jobs("RUNNING") == [job],
        "restart of the preempted job",
    )

    place.hold()
    lab.output("scontrol", "update", "nodename=lab2", "state=down", "reason=test")
    place.wait_for(lambda: lab.restarts(job) == 2, "restart of the job that lost a node")
    lab.resume()

    assert len(submitted(place.finish())) == 2
    assert "resumed at step" in place.text()
    assert weights(place.folder) == weights(undisturbed)


def test_a_time_limit_shorter_than_the_training(training, by_two: Path, lab: Lab):
    """The limit is moved to where the training stands, as no limit suits each machine's speed."""
    changes = {"# runtime: 1440": "runtime: 20", "TERM@300": "TERM@5"}
    place: Training = training(changes, nodes=1, processes=2)
    place.start()
    place.hold()
    (job,) = lab.jobs()
    assert lab.output("squeue", "-h", "-j", job, "-o", "%l") == "20:00"
    lab.output("scontrol", "update", f"jobid={job}", "endtime=now+36")
    folder = place.folder / ".snakemake/slurm_logs/rule_pretrain"
    place.wait_for(
        lambda: any("CANCELLED AT" in log.read_text() for log in folder.rglob("*.log")),
        "warning",
    )
    place.send(signal.SIGCONT)
    place.wait_for(lambda: job not in lab.jobs(), "end of the job")
    assert "stopped by SIGTERM at step" in place.text()
    assert len(submitted(place.finish())) == 2
    assert "resumed at step" in place.text()

    assert weights(place.folder) == weights(by_two)


def test_the_login_node_goes_down(training, undisturbed: Path, lab: Lab):
    place: Training = training()
    place.start()
    place.hold()
    place.process.kill()
    place.process.wait()
    lab.cancel_all()
    place.start("--unlock")
    place.finish()
    place.start()
    assert len(submitted(place.finish())) == 1
    assert "resumed at step" in place.text()
    assert weights(place.folder) == weights(undisturbed)


def test_the_login_node_goes_down_and_a_job_ends_well_without_it(
    training, undisturbed: Path, lab: Lab
):
    place: Training = training()
    place.start()
    place.hold()
    place.process.kill()
    place.process.wait()
    place.send(signal.SIGCONT)
    lab.wait_for(lambda: not lab.jobs(), "end of the job")
    assert weights(place.folder) == weights(undisturbed)
    place.start("--unlock")
    place.finish()
    place.start()
    assert not submitted(place.finish())


@pytest.mark.parametrize(
    ("cluster", "changes", "processes"),
    [
        ({"gpus": 3, "gpu_model": "a100"}, {"# gpu_model: a100": "gpu_model: a100"}, 4),
        ({"gpus": 0, "prefix": "node"}, {"# gpu: 0": "gpu: 0"}, 2),
    ],
)
def test_other_clusters(
    cluster, changes, processes, local_run: Path, undisturbed: Path, by_two: Path, tmp_path: Path
):
    """Two nodes that train by two GPUs each, and two without any, by one process each."""
    with (
        tempfile.TemporaryDirectory(prefix="slurm-lab.") as folder,
        Lab(Path(folder), **cluster) as lab,
    ):
        shutil.copytree(local_run, tmp_path / "run", symlinks=True)
        place = Training(lab, tmp_path / "run", tmp_path / "snakemake.log", changes)
        place.start()
        place.finish()
    assert f"{processes} process(es)" in place.text()
    assert weights(place.folder) == weights(undisturbed if processes == 4 else by_two)
