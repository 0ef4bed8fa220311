"""The training on a cluster: spread over nodes, cancelled, out of time, preempted, on lost nodes."""

import shutil
import signal
import tempfile
from pathlib import Path

import pytest

from tests.clusters.slurm.lab import Lab
from tests.clusters.slurm.runs import Training, submitted
from tests.runs import snakemake

# Slurm looks at time limits every 30 s, and so warns up to that much earlier than it is told to.
ONE_MINUTE = {"# runtime: 1440": "runtime: 1", "TERM@300": "TERM@5"}


def test_two_nodes_with_two_processes_each(undisturbed: Training):
    assert len(submitted(undisturbed.log.read_text())) == 1
    assert "4 process(es)" in undisturbed.text()
    assert not list(undisturbed.folder.glob("logs/pretrain/*.process*"))


def test_a_cancelled_training_goes_on_by_itself_when_its_drained_node_is_back(
    training, undisturbed: Training, lab: Lab
):
    place: Training = training()
    run = place.start()
    place.wait_for_step(10)
    lab.output("scancel", *lab.jobs())
    lab.drain("lab2")
    lab.wait_for(lambda: not lab.jobs(), "end of the job")
    assert "stopped by SIGTERM at step" in place.text()
    lab.wait_for(lambda: lab.jobs("PENDING"), "new job, in the queue")
    assert run.poll() is None
    lab.resume()
    assert len(submitted(place.finish())) == 2
    assert "resumed at step" in place.text()
    assert place.weights() == undisturbed.weights()


def out_of_time(place: Training) -> None:
    """Let a training reach its time limit: its processes stand still until Slurm warns them."""
    place.start()
    place.wait_for_step(10)
    assert place.send(signal.SIGSTOP) > 0
    folder = place.folder / ".snakemake/slurm_logs/rule_pretrain"
    place.lab.wait_for(
        lambda: any("CANCELLED AT" in log.read_text() for log in folder.rglob("*.log")),
        "warning",
    )
    place.send(signal.SIGCONT)
    text = place.finish()
    assert len(submitted(text)) > 1
    assert "resumed at step" in place.text()


def test_a_time_limit_shorter_than_the_training(training):
    place: Training = training(ONE_MINUTE, nodes=1, processes=1)
    out_of_time(place)
    on_slurm = place.weights()
    (place.folder / Training.TARGET).unlink()
    snakemake(place.folder, place.configs[1], "--cores", "1", Training.TARGET)
    assert on_slurm == place.weights()


@pytest.mark.slow
def test_a_time_limit_on_two_nodes(training, undisturbed: Training):
    place: Training = training(ONE_MINUTE)
    out_of_time(place)
    assert place.weights() == undisturbed.weights()


@pytest.mark.slow
def test_a_node_is_lost(training, undisturbed: Training, lab: Lab):
    """Slurm itself starts the job again, under the same id."""
    place: Training = training()
    place.start()
    place.wait_for_step(10)
    lab.output("scontrol", "update", "nodename=lab2", "state=down", "reason=test")
    lab.wait_for(lambda: lab.jobs("PENDING"), "requeued job")
    lab.resume()
    assert len(submitted(place.finish())) == 1
    assert "resumed at step" in place.text()
    assert place.weights() == undisturbed.weights()


@pytest.mark.slow
def test_a_preempted_training_waits_and_goes_on(training, undisturbed: Training, lab: Lab):
    place: Training = training()
    place.start()
    place.wait_for_step(10)
    lab.output("sbatch", "-p", "urgent", "-N2", "--exclusive", "-o/dev/null", "--wrap=sleep 10")
    assert len(submitted(place.finish())) == 1
    assert "resumed at step" in place.text()
    assert place.weights() == undisturbed.weights()


@pytest.mark.slow
def test_the_login_node_goes_down_and_a_job_ends_well_without_it(
    training, undisturbed: Training, lab: Lab
):
    place: Training = training()
    place.start()
    place.wait_for_step(10)
    place.process.kill()
    place.process.wait()
    lab.wait_for(lambda: not lab.jobs(), "end of the job")
    assert place.weights() == undisturbed.weights()
    place.start("--unlock")
    place.finish()
    place.start()
    assert not submitted(place.finish())


@pytest.mark.slow
def test_the_login_node_goes_down_and_the_run_is_taken_up(
    training, undisturbed: Training, lab: Lab
):
    place: Training = training()
    place.start()
    place.wait_for_step(10)
    place.process.kill()
    place.process.wait()
    lab.cancel_all()
    place.start("--unlock")
    place.finish()
    place.start()
    assert len(submitted(place.finish())) == 1
    assert "resumed at step" in place.text()
    assert place.weights() == undisturbed.weights()


@pytest.mark.slow
def test_gpus_that_have_a_model(finished_run, undisturbed: Training, tmp_path):
    with (
        tempfile.TemporaryDirectory(prefix="slurm-lab.") as folder,
        Lab(Path(folder), gpus=3, gpu_model="a100") as lab,
    ):
        shutil.copytree(finished_run, tmp_path / "run", symlinks=True)
        changes = {"# gpu_model: a100": "gpu_model: a100"}
        place = Training(lab, tmp_path / "run", tmp_path / "snakemake.log", changes)
        place.start()
        place.finish()
        assert place.weights() == undisturbed.weights()


@pytest.mark.slow
def test_a_cluster_without_gpus(finished_run, undisturbed: Training, tmp_path):
    with (
        tempfile.TemporaryDirectory(prefix="slurm-lab.") as folder,
        Lab(Path(folder), gpus=0, prefix="node") as lab,
    ):
        shutil.copytree(finished_run, tmp_path / "run", symlinks=True)
        place = Training(lab, tmp_path / "run", tmp_path / "snakemake.log", {"# gpu: 0": "gpu: 0"})
        place.start()
        place.finish()
        assert place.weights() == undisturbed.weights()
