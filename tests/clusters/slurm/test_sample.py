"""The whole small workflow on a cluster: the same bytes as on one machine."""

from pathlib import Path

from tests.clusters.slurm.runs import Site, submitted
from tests.runs import clone, contents, planned


def test_the_plan_needs_no_cluster(tmp_path: Path):
    assert planned(clone(tmp_path), "--profile", "slurm")["pretrain"] == 2


def test_the_sample_is_the_same_as_on_one_machine(site, finished_run: Path, tmp_path: Path):
    place: Site = site(Site, clone(tmp_path / "run"))
    place.start()
    assert len(submitted(place.finish())) > 20
    assert contents(place.folder) == contents(finished_run)
    place.start()
    assert not submitted(place.finish())
