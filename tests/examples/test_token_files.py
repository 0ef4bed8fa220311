"""Files of tokens: read slice by slice, and refused where they are not what they say."""

import h5py
import numpy as np
import pytest

from scripts.common.errors import UserError
from scripts.examples.h5.token_files import open_tokens, types
from tests.examples.texts import tokens_file


@pytest.fixture
def path(tmp_path):
    return tokens_file(tmp_path / "a.h5", [[3, 2], [4]])


def test_slices(path):
    tokens = open_tokens(path)
    tokens.verify()
    assert (len(tokens.tokens), tokens.sentence_count) == (9, 3)
    assert tokens.documents.tolist() == [0, 2, 3]
    assert tokens.sentences[1:3].tolist() == [3, 5]
    expected = np.random.default_rng(0).integers(5, 100, 9)
    assert tokens.tokens[2:6].tolist() == expected[2:6].tolist()
    assert tokens.token_kinds[:6].tolist() == [5, 4, 5, 5, 5, 2]
    assert tokens.attributes["vocab_size"] == 100
    assert len(tokens.digest) == 64


def test_types():
    assert [types(size)["tokens"].itemsize for size in (65_536, 65_537)] == [2, 4]


def rewritten(file, name, values):
    del file[name]
    file[name] = values


def group_for_documents(file):
    del file["documents"]
    file.create_group("documents")


def absurd_documents(file):
    del file["documents"]
    file.create_dataset("documents", (1 << 50,), "i8", chunks=(1 << 10,))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda file: file.attrs.modify("schema", "other"), "not a file of tokens of version 1"),
        (lambda file: file.attrs.modify("schema_version", 2), "not a file of tokens of version 1"),
        (lambda file: file.attrs.__delitem__("vocab_size"), "damaged"),
        (lambda file: file.__delitem__("sentences"), "sentences is missing"),
        (lambda file: rewritten(file, "tokens", np.zeros(9, "u4")), "tokens is uint32, not uint16"),
        (lambda file: rewritten(file, "tokens", np.zeros((9, 1), "u2")), "tokens has 2 dimensions"),
        (lambda file: rewritten(file, "tokens", np.zeros(8, "u2")), "do not agree"),
        (lambda file: file["documents"].__setitem__(-1, 2), "do not agree"),
        (lambda file: rewritten(file, "documents", np.zeros(0, "i8")), "do not agree"),
        (group_for_documents, "documents is missing"),
        (absurd_documents, "documents is chunked"),
    ],
)
def test_wrong_files(path, change, message):
    with h5py.File(path, "r+") as file:
        change(file)
    with pytest.raises(UserError, match=rf"a\.h5: .*{message}"):
        open_tokens(path)


@pytest.mark.parametrize("name", ["tokens", "sentences", "documents", "token_kinds"])
def test_changed_values(path, name):
    with h5py.File(path, "r+") as file:
        file[name][1] += 1
    tokens = open_tokens(path)
    with pytest.raises(UserError, match=r"a\.h5: corrupt"):
        tokens.verify()


def test_changed_attributes(path):
    with h5py.File(path, "r+") as file:
        file.attrs.modify("source", "{}")
    tokens = open_tokens(path)
    with pytest.raises(UserError, match=r"a\.h5: corrupt"):
        tokens.verify()


def test_no_file_and_no_hdf5(tmp_path):
    with (
        pytest.raises(UserError, match=r"none\.h5: no such file"),
        open_tokens(tmp_path / "none.h5"),
    ):
        pass
    (tmp_path / "a.h5").write_text("text")
    with pytest.raises(UserError, match="not HDF5, or damaged"):
        open_tokens(tmp_path / "a.h5")
