"""The whole small workflow on a cluster: the same bytes as on one machine."""

import tempfile
from pathlib import Path

import pytest

from tests.clusters.needs import CONFIG, require
from tests.clusters.slurm.lab import Lab, missing
from tests.clusters.slurm.runs import Site, submitted
from tests.runs import clone, contents, planned

pytestmark = pytest.mark.cluster


def test_the_plan_needs_no_cluster(tmp_path: Path):
    plan = planned(clone(tmp_path), "--profile", "slurm", "--configfile", CONFIG)
    assert plan["pretrain"] == 2


def test_the_sample_is_the_same_as_on_one_machine(local_run: Path, tmp_path: Path):
    """On a cluster of an hour and three processors: jobs ask for the time that their input takes, and
    for no more processors than a node has."""
    require(missing())
    with (
        tempfile.TemporaryDirectory(prefix="slurm-hour.") as folder,
        Lab(Path(folder), cpus=3, prefix="hour", limit="1:00:00") as lab,
    ):
        place = Site(lab, clone(tmp_path / "run"), tmp_path / "snakemake.log", {})
        try:
            compare(place, local_run)
        finally:
            place.close()


def compare(place: Site, local_run: Path) -> None:
    """Run the workflow, of which the first job is cancelled and the config edited meanwhile."""
    place.start()
    place.wait_for(place.lab.jobs, "first job")
    place.lab.output("scancel", *place.lab.jobs())
    config = place.folder / CONFIG
    begun_with = config.read_text()
    assert "steps: 6," in begun_with
    config.write_text(begun_with.replace("steps: 6,", "steps: 5,"))
    jobs = submitted(place.finish())
    config.write_text(begun_with)
    assert len(jobs) > 20
    assert contents(place.folder) == contents(local_run)

    first, again = (place.lab.asked_memory(job) for job in jobs[:2])
    assert again == 2 * first  # what failed may have needed more
    place.start()
    assert not submitted(place.finish())
