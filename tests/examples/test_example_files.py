"""Reading examples: the same as written, whatever the order, and nothing wrong let through."""

import contextlib
import gc
import json
import os
import pickle
from itertools import pairwise
from pathlib import Path

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.common.digest import file_digest
from scripts.common.errors import UserError
from scripts.examples.h5.example_files import Examples
from scripts.examples.h5.schema import write_examples
from scripts.examples.masking.token_kinds import NEVER_DRAWN
from tests.conftest import ROOT
from tests.examples.made import HEADER, make, pairs
from tests.runs import digest


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    return [make(folder / f"{n}.h5", count, seed=n) for n, count in enumerate((20, 0, 7, 300))]


def unmask(batch):
    ids = batch.ids.copy()
    ids[batch.masked] = batch.labels
    return ids


def test_reads_what_was_written(files):
    examples = Examples(files, seed=1)
    assert len(examples) == 327
    written = [pairs(count, seed=n) for n, count in enumerate((20, 0, 7, 300))]
    batch = examples.batch(np.arange(327), epoch=0)
    assert batch.ids.dtype == batch.labels.dtype == np.int32
    assert batch.offsets.dtype == batch.masked.dtype == np.int64
    assert batch.segments.dtype == batch.next_sentence.dtype == np.int8
    assert (unmask(batch) == np.concatenate([part[0] for part in written])).all()
    assert (np.diff(batch.offsets) == np.concatenate([part[1] for part in written])).all()
    assert (examples.lengths == np.diff(batch.offsets)).all()
    assert (batch.next_sentence == np.concatenate([part[3] for part in written])).all()
    second = np.concatenate([part[2] for part in written])
    for n, (begin, end) in enumerate(pairwise(batch.offsets)):
        assert batch.segments[begin:end].tolist() == [0] * second[n] + [1] * (
            end - begin - second[n]
        )


def test_no_file_is_held_open(files, tmp_path):
    """Of a thousand shards and a limit of a thousand open files, each must let its own go."""
    names = [tmp_path / f"{number}.h5" for number in range(20)]
    for name in names:
        os.link(files[0], name)
    before = len(os.listdir("/proc/self/fd"))
    examples = Examples(names, seed=1)
    examples.verify()
    assert len(os.listdir("/proc/self/fd")) <= before + 2  # of other threads
    assert len(examples.batch(np.arange(400)).offsets) == 401


def test_a_mapping_ends_with_its_arrays(files):
    def mapped() -> int:
        return Path("/proc/self/maps").read_text().count(files[3].name)

    before = mapped()
    examples = Examples([files[3]])
    tokens = examples.shards[0].arrays["tokens"]
    del examples
    gc.collect()
    assert mapped() > before
    assert tokens[0] >= 0
    del tokens
    gc.collect()
    assert mapped() == before


@settings(max_examples=15)
@given(indices=st.lists(st.integers(0, 326), max_size=20), epoch=st.integers(0, 3))
def test_any_order(files, indices, epoch):
    """A batch is its examples read one by one."""
    examples = Examples(files, seed=1)
    batch = examples.batch(np.array(indices, np.int64), epoch)
    singles = [examples.batch(np.array([index]), epoch) for index in indices]
    assert batch.ids.tolist() == [token for single in singles for token in single.ids]
    assert batch.labels.tolist() == [label for single in singles for label in single.labels]
    shifted = [
        p + o for single, o in zip(singles, batch.offsets, strict=False) for p in single.masked
    ]
    assert batch.masked.tolist() == shifted


def test_static_masks_are_as_stored(tmp_path):
    examples = Examples([make(tmp_path / "a.h5", masking="static")])
    tokens = pairs(20)[0]
    for epoch in (0, 1):
        batch = examples.batch(np.arange(20), epoch)
        assert (batch.masked == batch.offsets[:-1] + 1).all()
        assert (unmask(batch) == tokens).all()
        assert (batch.ids[batch.masked] == 4).all()


def test_same_bytes_again(tmp_path):
    first, second = make(tmp_path / "a.h5", 500), make(tmp_path / "b.h5", 500)
    assert digest(first) == digest(second)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.h5", "b.h5"]


def test_digest_tells_files_apart(files):
    assert Examples(files).digest == Examples(files, seed=5).digest
    assert Examples(files).digest != Examples(files[::-1]).digest
    assert Examples(files[:1]).digest != Examples(files[3:]).digest


def test_survives_pickling(files):
    examples = Examples(files, seed=3)
    again = pickle.loads(pickle.dumps(examples))
    indices = np.array([3, 300, 21])
    assert (again.batch(indices, 2).ids == examples.batch(indices, 2).ids).all()


def test_numbers_out_of_range(files):
    with pytest.raises(IndexError):
        Examples(files).batch(np.array([327]), 0)
    with pytest.raises(IndexError):
        Examples(files).batch(np.array([-1]), 0)


def test_large_vocabulary(tmp_path):
    examples = Examples([make(tmp_path / "a.h5", vocab_size=70_000)])
    assert examples.shards[0].arrays["tokens"].dtype == np.uint32
    assert (unmask(examples.batch(np.arange(20))) == pairs(20)[0]).all()


# What is refused


def refused(message, *paths, **settings):
    with pytest.raises(UserError, match=message) as caught:
        Examples(paths, **settings).verify()
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.6, 0.999])
def test_truncated(tmp_path, share):
    path = make(tmp_path / "a.h5", 300)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    assert str(path) in refused("truncated|not a file", path)


@settings(max_examples=25)
@given(where=st.floats(0, 0.9999), flip=st.integers(1, 255))
def test_any_changed_byte_is_found_or_harmless(tmp_path_factory, where, flip):
    """A changed byte is refused, or was of no meaning (HDF5's own reserved room)."""
    path = make(tmp_path_factory.mktemp("flip") / "a.h5", 40)
    tokens = pairs(40)[0]
    data = bytearray(path.read_bytes())
    data[int(len(data) * where)] ^= flip
    path.write_bytes(data)
    with contextlib.suppress(UserError):
        examples = Examples([path])
        examples.verify()
        assert (unmask(examples.batch(np.arange(40))) == tokens).all()


def edit(path, change):
    with h5py.File(path, "r+") as file:
        change(file)
    return path


@pytest.mark.parametrize(
    ("message", "change"),
    [
        ("version 2", lambda file: file.attrs.modify("schema_version", 2)),
        ("not a file of examples", lambda file: file.attrs.__setitem__("schema", "other")),
        ("attribute seed is missing", lambda file: file.attrs.__delitem__("seed")),
        ("attribute seq_length is not", lambda file: file.attrs.__setitem__("seq_length", "long")),
        ("special_ids lacks", lambda file: file.attrs.__setitem__("special_ids", "{}")),
        ("special_ids is not", lambda file: file.attrs.__setitem__("special_ids", "[")),
        ("corrupt", lambda file: file.attrs.modify("seed", 8)),
        ("corrupt", lambda file: file["tokens"].__setitem__(5, 9)),
        ("corrupt", lambda file: file.attrs.__delitem__("content_sha256")),
        ("dataset tokens is missing", lambda file: file.__delitem__("tokens")),
        ("do not agree", lambda file: file["offsets"].__setitem__(-1, 5)),
        ("longer than 32 or empty", lambda file: file["offsets"].__setitem__(3, 5000)),
    ],
)
def test_wrong_files(tmp_path, message, change):
    path = edit(make(tmp_path / "a.h5"), change)
    assert refused(message, path).startswith(str(path))


def replace_dataset(file, name, **settings):
    data = file[name][:]
    del file[name]
    file.create_dataset(name, data=data, **settings)


def test_compressed_and_mistyped(tmp_path):
    change = lambda file: replace_dataset(file, "tokens", compression="gzip")  # noqa: E731
    refused("chunked or compressed", edit(make(tmp_path / "a.h5"), change))
    change = lambda file: replace_dataset(file, "tokens", dtype="i4")  # noqa: E731
    refused("dataset tokens is int32, not uint16", edit(make(tmp_path / "b.h5"), change))


def test_ids_beyond_the_vocabulary(tmp_path):
    path = make(tmp_path / "a.h5", vocab_size=50)  # of ids up to 99, digest and all in order
    refused("beyond the vocabulary of 50", path)
    with pytest.raises(UserError, match=r"a\.h5: token id \d+ is beyond"):
        Examples([path]).batch(np.arange(20))


def test_files_that_disagree(tmp_path):
    first = make(tmp_path / "a.h5")
    refused("b.h5: seq_length is 64, but 32", first, make(tmp_path / "b.h5", seq_length=64))
    refused("c.h5: masking is", first, make(tmp_path / "c.h5", masking="static"))
    refused("d.h5: tokenizer_sha256", first, make(tmp_path / "d.h5", tokenizer_sha256="2" * 64))


def test_another_tokenizer(tmp_path):
    (tmp_path / "vocab.txt").write_text("a\nb\n")
    path = make(tmp_path / "a.h5")
    refused("another tokenizer", path, tokenizer=tmp_path)
    refused("no such file", path, tokenizer=tmp_path / "none")
    right = make(tmp_path / "b.h5", tokenizer_sha256=file_digest(tmp_path / "vocab.txt"))
    Examples([right], tokenizer=tmp_path)
    Examples([right], tokenizer=tmp_path / "vocab.txt")


def test_a_vocabulary_without_an_ordinary_token(tmp_path):
    kinds = np.full(100, NEVER_DRAWN, np.uint8)
    for name in "ab":
        with write_examples(tmp_path / f"{name}.h5", HEADER, kinds):
            pass
    with pytest.raises(UserError, match=r"a\.h5: its vocabulary has no ordinary token"):
        Examples([tmp_path / "a.h5", tmp_path / "b.h5"])
    make(tmp_path / "c.h5")
    refused(
        r"b\.h5: token_kinds differ from those of .*c\.h5", tmp_path / "c.h5", tmp_path / "b.h5"
    )


def test_missing_and_foreign_files(tmp_path):
    refused("no such file", tmp_path / "none.h5")
    (tmp_path / "text.h5").write_text("not HDF5 at all")
    refused("not HDF5", tmp_path / "text.h5")
    with pytest.raises(UserError, match="no files"):
        Examples([])


def test_aligned_for_mapping(files):
    with h5py.File(files[3]) as file:
        assert json.loads(file.attrs["sources"])[0]["name"] == "0000.txt.zst"
        assert all(file[name].id.get_offset() % 8 == 0 for name in file)


def test_documented_reader(files):
    """The ten lines of docs/examples-format.md, as they stand there."""
    page = (ROOT / "docs/examples-format.md").read_text()
    code = page.split("```python\n")[1].split("```")[0]
    assert len([line for line in code.splitlines() if line.strip()]) <= 12
    names = {}
    exec(code, names)
    ids, segments, label = names["read"](files[3], 17)
    batch = Examples(files[3:]).batch(np.array([17]))
    assert ids.tolist() == unmask(batch).tolist()
    assert segments.tolist() == batch.segments.tolist()
    assert label == batch.next_sentence[0]


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path):
    path = make(tmp_path / "a.h5")
    examples = Examples([path])
    examples.refuse_changed()
    data = path.read_bytes()
    os.utime(path, (1, 1))
    with pytest.raises(UserError, match=r"a\.h5: changed while it was read"):
        examples.refuse_changed()
    path.unlink()
    with pytest.raises(UserError, match="changed while"):
        examples.refuse_changed()
    path.write_bytes(data)
