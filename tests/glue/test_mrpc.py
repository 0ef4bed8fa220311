"""MRPC from the corpus that it is drawn from."""

import pytest

from scripts.common.errors import UserError
from scripts.glue.fetch_glue import fetch
from scripts.glue.files import mrpc, tables
from scripts.glue.tasks.official_tasks import OFFICIAL

HEADER = "Quality\t#1 ID\t#2 ID\t#1 String\t#2 String"


def test_builds_mrpc_from_its_parts(tmp_path):
    train, test, ids = (tmp_path / name for name in ("train.txt", "test.txt", "ids.tsv"))
    pairs = [
        f'{number % 2}\t{number}\t9{number}\tone {number}\ttwo "{number}' for number in range(5)
    ]
    train.write_text("\ufeff" + "\n".join([HEADER, *pairs]) + "\n")
    test.write_text("\ufeff" + "\n".join([HEADER, *pairs[:2]]) + "\r\n")
    ids.write_text("1\t91\n3\t93\n")
    fetch(OFFICIAL["MRPC"], [train, test, ids], tmp_path / "out")
    found = {
        split: tables.read(tmp_path / "out" / f"{split}.tsv", OFFICIAL["MRPC"], split)
        for split in ("train", "dev", "test")
    }
    assert found["train"].texts == [(f"one {n}", f'two "{n}') for n in (0, 2, 4)]
    assert found["dev"].labels == ["1", "1"]
    assert found["test"].texts == [(f"one {n}", f'two "{n}') for n in (0, 1)]
    lines = (tmp_path / "out" / "test.tsv").read_text().split("\n")
    assert lines[:2] == ["index\t#1 ID\t#2 ID\t#1 String\t#2 String", '0\t0\t90\tone 0\ttwo "0']


def test_mrpc_misses_a_dev_pair(tmp_path):
    for name, text in (
        ("train.txt", f"{HEADER}\n1\t1\t2\ta\tb\n"),
        ("test.txt", HEADER),
        ("ids", "5\t6\n"),
    ):
        (tmp_path / name).write_text(text)
    files = [tmp_path / name for name in ("train.txt", "test.txt", "ids")]
    with pytest.raises(UserError, match=r"1 pairs of .*ids are not there"):
        fetch(OFFICIAL["MRPC"], files, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_line_with_other_columns_is_named(tmp_path):
    for name, text in (("train", f"{HEADER}\n1\t1\t2\ta b\n"), ("test", HEADER), ("ids", "1\t2\n")):
        (tmp_path / name).write_text(text)
    with pytest.raises(UserError, match="train: line 2: 4 columns instead of 5"):
        mrpc.build(tmp_path / "train", tmp_path / "test", tmp_path / "ids", tmp_path)
