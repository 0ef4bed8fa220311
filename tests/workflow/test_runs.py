"""Whole runs: two at once on one folder, a job on another machine, and a disk that fills up."""

import base64
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zlib
from pathlib import Path

import pytest
import yaml
from snakemake.utils import update_config

from tests.runs import OUTPUTS, SMALL, call, contents, digest, planned, snakemake, unrun

pytestmark = pytest.mark.slow

SNAKEMAKE = [sys.executable, "-m", "snakemake", "--nocolor", "--configfile", SMALL]
ENVIRONMENT = os.environ | {"OMP_NUM_THREADS": "1"}


def test_a_second_run_on_a_folder_is_refused(finished_run, tmp_path):
    folder = unrun(finished_run, tmp_path / "run")
    with open(folder / "said.txt", "w") as said:
        first = subprocess.Popen(
            [*SNAKEMAKE, "--cores", "1", "--until", "make_sample"],
            cwd=folder,
            env=ENVIRONMENT,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        while "an invented" not in (folder / "said.txt").read_text():
            assert first.poll() is None
            time.sleep(0.05)
        os.killpg(first.pid, signal.SIGSTOP)
        second = snakemake(folder, "--cores", "1", check=False)
        assert second.returncode == 1
        assert "Directory cannot be locked" in second.stdout
        assert "--unlock" in second.stdout
        assert "an invented" not in second.stdout
        (folder / "scripts/corpus/dump/pages.py").touch()
        os.killpg(first.pid, signal.SIGCONT)
        assert first.wait() == 0
    finally:
        if first.poll() is None:
            os.killpg(first.pid, signal.SIGKILL)
            first.wait()
    said = (folder / "said.txt").read_text()
    assert "warning: scripts/corpus/dump/pages.py: written while this run was going on" in said
    dump = "results/sample/dump/sample1.xml.bz2"
    assert digest(folder / dump) == digest(finished_run / dump)


def test_what_is_not_kept_is_gone_and_is_not_made_again(finished_run, tmp_path):
    folder = unrun(finished_run, tmp_path / "run")
    words = ("--config", "keep_intermediates=false", "--", "results/report/corpus.tsv")
    snakemake(folder, "--cores", "2", *words)
    left = contents(folder)
    passing = ("articles/", "sentences/", "placed/", "results/tokens/")
    gone = {name for name in contents(finished_run) if any(part in name for part in passing)}
    assert {name for name in left if any(part in name for part in passing)} == {
        name
        for name in gone
        if name.endswith(".json")  # what extraction counted
    }
    whole = contents(finished_run)
    assert any("results/examples" in name for name in left)
    assert all(left[name] == whole[name] for name in left)
    assert not planned(folder, *words)


def test_a_job_elsewhere_takes_the_settings_that_the_run_began_with_and_records_them(
    finished_run, tmp_path
):
    """A cluster's job is a snakemake of its own; the one that sent it may be gone when it ends."""
    folder = Path(shutil.copytree(finished_run, tmp_path / "run", symlinks=True))
    config = yaml.safe_load((folder / "config/config.yaml").read_text())
    update_config(config, yaml.safe_load((folder / SMALL).read_text()))
    config["vocab"]["size"] = 900
    packed = base64.b64encode(zlib.compress(json.dumps(config).encode())).decode()
    words = ["--mode", "subprocess", "--nolock", "--force", "--cores", "1"]
    words += ["--allowed-rules", "train_vocab", "--target-jobs", "train_vocab:"]
    subprocess.run(
        [*SNAKEMAKE, *words],
        cwd=folder,
        env=ENVIRONMENT | {"D2G_CONFIG": packed},
        check=True,
    )
    assert len((folder / "results/vocab/vocab.txt").read_text().splitlines()) == 900
    assert planned(folder)["train_vocab"] == 1
    path = folder / SMALL
    path.write_text(path.read_text().replace("vocab: {size: 1000}", "vocab: {size: 900}"))
    assert "train_vocab" not in planned(folder)


@pytest.fixture(scope="module")
def full_disk(finished_run, tmp_path_factory):
    """A finished run whose results lie on a small file system of their own."""
    folder = tmp_path_factory.mktemp("full") / "run"
    unrun(finished_run, folder)
    for name in OUTPUTS:
        if name != "results" and (finished_run / name).is_dir():
            shutil.copytree(finished_run / name, folder / name)
        elif (finished_run / name).is_file():
            shutil.copy2(finished_run / name, folder / name)
    (folder / "results").mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", str(folder / "results")]
    if os.geteuid() or not shutil.which("mount") or subprocess.run(mount).returncode:
        pytest.skip("a small file system can be mounted by root only")
    shutil.copytree(finished_run / "results", folder / "results", dirs_exist_ok=True)
    yield folder
    subprocess.run(["umount", str(folder / "results")], check=True)


def fill(disk: Path) -> Path:
    """Leave no byte on a file system, by a file whose name is returned."""
    filler = disk / "filler"
    with open(filler, "wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while file.write(b"\1" * size):
                    pass
            except OSError:
                continue
    return filler


@pytest.mark.parametrize(
    "target",
    [
        "results/sample/dump/sample1.xml.bz2",
        "results/corpus/shards/stats.json",
        "results/vocab/vocab.txt",
        "results/examples/short/train/0000.h5",
        "results/pretrain/long/model.safetensors",
        "results/glue/STS-B/seed1/dev.tsv",
        "results/report/glue.svg",
    ],
)
def test_a_full_disk_is_said_in_a_line_and_nothing_half_written_stays(
    full_disk, finished_run, target
):
    (full_disk / target).unlink()
    before = set(contents(full_disk))
    filler = fill(full_disk / "results")
    status, said = call(full_disk, "--cores", "2", "--no-hooks", target)
    filler.unlink()
    assert status != 0, said
    lines = [line for line in said.splitlines() if "No space left on device" in line]
    assert lines, said[-4000:]
    assert "Traceback" not in said
    assert any("error: " in line for line in lines)
    after = contents(full_disk)
    assert set(after) <= before
    whole = contents(finished_run)
    assert all(after[name] == whole[name] for name in after)
    status, said = call(full_disk, "--cores", "2", target)
    assert status == 0, said[-4000:]
    assert contents(full_disk) == whole
