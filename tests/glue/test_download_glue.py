"""The benchmark's files from a mirror."""

import sys

import pytest

from scripts.common.errors import UserError
from scripts.glue import download_glue
from scripts.glue.files.official_files import ROWS, SOURCES, sources_of
from scripts.glue.tasks.official_tasks import OFFICIAL


@pytest.mark.parametrize("own", [None, "0" * 64])
def test_a_file_is_held_to_its_size_and_sum(tmp_path, monkeypatch, own):
    asked = []

    def download(url, target, sha256, key, size):
        asked.append((url, sha256, key, size))
        target.write_text("x")

    monkeypatch.setattr(download_glue, "download", download)
    words = ["RTE.zip", "--mirror", "https://a.org/", "-o", str(tmp_path / "RTE.zip")]
    words += ["--sha256", own] if own else []
    monkeypatch.setattr(sys, "argv", ["download_glue", *words])
    download_glue.main()
    official = SOURCES["RTE.zip"].sha256
    assert asked == [
        (
            "https://a.org/glue/data/RTE.zip",
            own or official,
            "glue.mirror",
            None if own else 697150,
        ),
    ]


def test_a_file_that_no_mirror_has_is_refused(tmp_path):
    with pytest.raises(UserError, match=r"A\.zip: no such file; known here: CoLA\.zip, "):
        download_glue.download_glue("A.zip", "https://a.org", tmp_path / "A.zip")


def test_every_task_has_its_files():
    for task in OFFICIAL:
        assert set(sources_of(task)) <= set(SOURCES), task
        assert set(ROWS[task]) == {
            name.removesuffix(".tsv")
            for split in ("train", "dev", "test")
            for name in OFFICIAL[task].files(split).values()
        }
    assert sources_of("QNLI") == ("QNLIv2.zip",)
    assert sources_of("RTE") == ("RTE.zip",)
    assert len(sources_of("MRPC")) == 3
    assert all(len(source.sha256) == 64 for source in SOURCES.values())
