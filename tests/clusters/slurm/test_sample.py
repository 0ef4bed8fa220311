"""The whole small workflow on a cluster: the same bytes as on one machine."""

import tempfile
from pathlib import Path

import pytest

from tests.clusters.needs import CONFIG, require
from tests.clusters.slurm.lab import Lab, missing
from tests.clusters.slurm.runs import TARGET, Site, submitted, weights
from tests.runs import clone, contents, planned

pytestmark = pytest.mark.cluster


def test_the_plan_needs_no_cluster(tmp_path: Path):
    plan = planned(clone(tmp_path), "--profile", "slurm", "--configfile", CONFIG)
    assert plan["pretrain"] == 2


def test_a_cluster_of_an_hour_and_three_processors_takes_all_jobs_up_to_a_training(
    local_run: Path, tmp_path: Path
):
    """Jobs ask for the time that their input takes, and for no more processors than a node has."""
    require(missing())
    with tempfile.TemporaryDirectory(prefix="slurm-hour.") as folder:
        lab = Lab(Path(folder), cpus=3, prefix="hour", limit="1:00:00", gpus=2)
        with lab:
            place = Site(lab, clone(tmp_path / "run"), tmp_path / "snakemake.log", {})
            try:
                place.start(TARGET)
                assert len(submitted(place.finish())) > 10
            finally:
                place.close()
    assert weights(place.folder) == weights(local_run)


def test_the_sample_is_the_same_as_on_one_machine(site, lab: Lab, local_run: Path, tmp_path: Path):
    place: Site = site(Site, clone(tmp_path / "run"))
    place.start()
    place.wait_for(lab.jobs, "first job")
    lab.output("scancel", *lab.jobs())
    config = place.folder / CONFIG
    begun_with = config.read_text()
    assert "steps: 6," in begun_with
    config.write_text(begun_with.replace("steps: 6,", "steps: 5,"))
    jobs = submitted(place.finish())
    config.write_text(begun_with)
    assert len(jobs) > 20
    assert contents(place.folder) == contents(local_run)

    first, again = (lab.asked_memory(job) for job in jobs[:2])
    assert again == 2 * first  # what failed may have needed more
    place.start()
    assert not submitted(place.finish())
