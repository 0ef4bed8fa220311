import json
import signal
import subprocess
import sys
import time

import pytest

from scripts.common.errors import UserError
from scripts.common.text import read_lines, zstd_writer
from scripts.corpus.assign_documents import assign_documents, refuse_empty
from scripts.corpus.files.documents import document_writer, ids_of, to_documents
from scripts.corpus.files.shard_assignment import Sharding, assign
from scripts.corpus.place_documents import place_documents
from scripts.corpus.shard_corpus import shard_corpus
from tests.runs import digest


def write_part(folder, name, documents):
    """A sentence file of (id, sentences) pairs, with its ids beside it."""
    part = folder / f"{name}.txt.zst"
    with document_writer(part) as write:
        write(to_documents(documents))
    return part


def made(first, last):
    return [(str(n), [f"This is document {n}.", f"It is number {n}."]) for n in range(first, last)]


def shard(output, *parts, shards=4, fraction=0.1, seed=1, deduplicate="exact"):
    """The documents of each shard, and the statistics."""
    settings = Sharding(shards, fraction, deduplicate, seed)
    work = output / "work"
    ids = [ids_of(part) for part in parts]
    statistics = assign_documents(ids, work, output / "stats.json", settings)
    assert json.loads((output / "stats.json").read_text()) == statistics
    names = [part.name.removesuffix(".txt.zst") for part in parts]
    placed = [work / "placed" / f"{name}.zst" for name in names]
    for part, name, target in zip(parts, names, placed, strict=True):
        place_documents(part, work / f"{name}.npy.zst", target)
    shard_corpus(placed, output, settings)
    found = {}
    for path in sorted(output.rglob("*.txt.zst")):
        text = "".join(f"{line}\n" for line in read_lines(path))
        found[path.relative_to(output).as_posix()] = text.split("\n\n")[:-1]
    return found, statistics


def test_every_document_is_in_one_shard_in_the_order_of_the_input(tmp_path):
    part = write_part(tmp_path, "a", made(0, 1000))
    found, statistics = shard(tmp_path / "out", part)
    documents = [document for shard in found.values() for document in shard]
    assert sorted(documents) == sorted("\n".join(text) for _, text in made(0, 1000))
    for shard_documents in found.values():
        numbers = [int(document.split(".")[0].split()[-1]) for document in shard_documents]
        assert numbers == sorted(numbers)
    assert statistics["documents"] == 1000
    assert statistics["sentences"] == 2000
    assert statistics["duplicates"] == 0
    for name, shard_documents in found.items():
        assert statistics["shards"][name] == {
            "documents": len(shard_documents),
            "sentences": 2 * len(shard_documents),
            "bytes": sum(map(len, shard_documents)),
        }


def test_shards_are_balanced_and_validation_has_its_share(tmp_path):
    part = write_part(tmp_path, "a", made(0, 8800))
    found, _ = shard(tmp_path / "out", part, shards=8, fraction=1 / 11)
    train = [len(documents) for name, documents in found.items() if name.startswith("train")]
    assert len(train) == 8
    assert all(900 < count < 1100 for count in train)
    validation = [len(documents) for name, documents in found.items() if name.startswith("val")]
    assert len(validation) == 1
    assert 700 < validation[0] < 900


def test_another_part_moves_no_document(tmp_path):
    first = write_part(tmp_path, "a", made(0, 500))
    second = write_part(tmp_path, "b", made(500, 700))
    alone, _ = shard(tmp_path / "alone", first)
    both, _ = shard(tmp_path / "both", first, second)
    turned, _ = shard(tmp_path / "turned", second, first)
    for name, documents in alone.items():
        assert both[name][: len(documents)] == documents
        assert turned[name][-len(documents) :] == documents


def test_a_larger_validation_fraction_only_takes_from_training(tmp_path):
    part = write_part(tmp_path, "a", made(0, 1000))
    small, _ = shard(tmp_path / "small", part, fraction=0.05)
    large, _ = shard(tmp_path / "large", part, fraction=0.1)
    assert set(small["validation/0000.txt.zst"]) < set(large["validation/0000.txt.zst"])


def test_another_seed_gives_other_shards(tmp_path):
    part = write_part(tmp_path, "a", made(0, 500))
    one, _ = shard(tmp_path / "one", part, seed=1)
    two, _ = shard(tmp_path / "two", part, seed=2)
    assert one != two


def test_the_same_bytes_each_time(tmp_path):
    part = write_part(tmp_path, "a", made(0, 500))
    for name in ("one", "two"):
        shard(tmp_path / name, part)
    for path in (tmp_path / "one").rglob("*.*"):
        other = tmp_path / "two" / path.relative_to(tmp_path / "one")
        assert digest(path) == digest(other)


@pytest.mark.parametrize("deduplicate", ["exact", "none"])
def test_the_same_shards_however_the_corpus_is_divided(tmp_path, deduplicate):
    documents = made(0, 600) + [(f"x{n}", text) for n, text in made(300, 500)]
    for name, size in {"one": 800, "many": 90}.items():
        (tmp_path / name).mkdir()
        parts = [
            write_part(tmp_path / name, f"{start:03}", documents[start : start + size])
            for start in range(0, 800, size)
        ]
        shard(tmp_path / name / "out", *parts, deduplicate=deduplicate)
    names = Sharding(4, 0.1).names()
    one, many = (
        [digest(tmp_path / run / "out" / shard) for shard in names] for run in ("one", "many")
    )
    assert one == many


def test_of_the_same_documents_the_first_stays(tmp_path):
    first = write_part(tmp_path, "a", made(0, 400))
    second = write_part(tmp_path, "b", [(f"x{n}", text) for n, text in made(300, 500)])
    _, statistics = shard(tmp_path / "out", first, second)
    assert statistics["duplicates"] == 100
    assert statistics["documents"] == 500
    kept, statistics = shard(tmp_path / "all", first, second, deduplicate="none")
    assert statistics["duplicates"] == 0
    assert sum(map(len, kept.values())) == 600


@pytest.mark.parametrize(("repeated", "told"), [(60, ""), (150, "warning: 13% of the documents")])
def test_many_duplicates_are_told(tmp_path, caplog, repeated, told):
    part = write_part(tmp_path, "a", made(0, 1000))
    again = write_part(tmp_path, "b", [(f"x{n}", text) for n, text in made(0, repeated)])
    shard(tmp_path / "out", part, again)
    warnings = [entry.message for entry in caplog.records if entry.levelname == "WARNING"]
    assert bool(warnings) == bool(told)
    assert all(warning.startswith(told) for warning in warnings)


def test_a_document_keeps_its_shard():
    settings = Sharding(4, 0.3, seed=42)
    assert settings.validation_shards() == 2
    # Those of training are 0 to 3, those of validation 4 and 5.
    assert [assign(str(number), settings) for number in range(8)] == [0, 2, 5, 3, 3, 5, 2, 5]
    none, all_of_them = (Sharding(4, share, seed=42) for share in (1e-12, 0.49999))
    assert {assign(str(number), none) // 4 for number in range(50)} == {0}
    assert {assign(str(number), all_of_them) // 4 for number in range(50)} == {0, 1}


@pytest.mark.parametrize(
    ("empty", "shards", "message"),
    [
        (["validation/1"], 100, r"validation/1: 1000 documents are too few for this corpus\.vali"),
        (["train/3", "validation/1"], 100, r"train/3: .* set corpus\.shards to 49 or less"),
        (["train/3"], 1, r"train/3: .* set corpus\.shards to 1 or less"),
    ],
)
def test_an_empty_shard_is_refused(empty, shards, message):
    documents = {f"train/{number}": 10 for number in range(shards)}
    refuse_empty(documents)
    with pytest.raises(UserError, match=f"no document for {message}"):
        refuse_empty(documents | dict.fromkeys(empty, 0))


def test_as_many_validation_shards_as_make_them_of_the_same_size():
    for shards, fraction, expected in [(4, 0.02, 1), (100, 0.02, 2), (9, 0.1, 1), (10, 0.49, 10)]:
        settings = Sharding(shards, fraction)
        assert settings.validation_shards() == expected
        assert len(settings.names()) == shards + expected


def test_an_empty_shard_is_an_error_that_says_how_many_are_possible(tmp_path):
    part = write_part(tmp_path, "a", made(0, 100))
    with pytest.raises(UserError, match=r"100 documents .* set corpus\.shards to 5 or less"):
        shard(tmp_path / "out", part, shards=200)
    with pytest.raises(UserError, match=r"corpus\.validation_fraction; raise it"):
        shard(tmp_path / "out", part, shards=2, fraction=0.0001)
    assert not [path for path in (tmp_path / "out").rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        ("short", "not the shards of"),
        ("long", "not the shards of"),
        ("ids", "no note on a document"),
        ("cut", "truncated or corrupt"),
        ("no_end", "no empty line behind its last document"),
    ],
)
def test_a_damaged_part_is_an_error_and_leaves_no_shard(tmp_path, damage, message):
    part = write_part(tmp_path, "a", made(0, 2000))
    notes = list(read_lines(ids_of(part)))
    if damage in ("short", "long", "ids"):
        notes = {"short": notes[:-1], "long": [*notes, "x\t1\t1\t1"], "ids": ["1"]}[damage]
        with zstd_writer(ids_of(part)) as ids:
            ids.write("".join(f"{line}\n" for line in notes))
    elif damage == "cut":
        part.write_bytes(part.read_bytes()[:-20])
    else:
        with zstd_writer(part) as text:
            text.write("One.\n\nTwo.\n")
    with pytest.raises(UserError, match=message):
        shard(tmp_path / "out", part)
    assert not list((tmp_path / "out").rglob("*.txt.zst"))


@pytest.mark.slow
def test_killed_in_the_middle_it_leaves_no_shard_and_runs_again(tmp_path):
    part = write_part(tmp_path, "a", made(0, 400_000))
    assign_documents([ids_of(part)], tmp_path, tmp_path / "stats.json", Sharding(4, seed=1))
    output = tmp_path / "placed" / "a.zst"
    command = [sys.executable, "-m", "scripts.corpus.place_documents", str(part)]
    command += ["--assigned", str(tmp_path / "a.npy.zst"), "-o", str(output)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    while not list(tmp_path.rglob("placed/.*.tmp")) and process.poll() is None:
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert not list(tmp_path.rglob("placed/a*"))
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    assert not list(tmp_path.rglob("placed/.*.tmp"))
    assert {path.name for path in output.parent.iterdir()} == {"a.zst", "a.npy.zst"}
