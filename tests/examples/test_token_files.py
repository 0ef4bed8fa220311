"""Files of tokens: read slice by slice, and refused where they are not what they say."""

import h5py
import numpy as np
import pytest

from scripts.common.errors import UserError
from scripts.examples.h5 import token_files
from scripts.examples.h5.token_files import open_tokens, types
from tests.examples.texts import tokens_file


@pytest.fixture
def path(tmp_path):
    return tokens_file(tmp_path / "a.h5", [[3, 2], [4]])


def test_slices(path, monkeypatch):
    monkeypatch.setattr(token_files, "PART", 4)
    with open_tokens(path) as tokens:
        tokens.verify()
        assert (tokens.token_count, tokens.sentence_count) == (9, 3)
        assert tokens.documents.tolist() == [0, 2, 3]
        assert tokens.sentences(1, 2).tolist() == [3, 5]
        expected = np.random.default_rng(0).integers(5, 100, 9)
        assert tokens.tokens(2, 6).tolist() == expected[2:6].tolist()
        assert tokens.token_kinds[:6].tolist() == [5, 4, 5, 5, 5, 2]
        assert tokens.attributes["vocab_size"] == 100
        assert len(tokens.digest) == 64


def test_types():
    assert [types(size)["tokens"].itemsize for size in (65_536, 65_537)] == [2, 4]


def rewritten(file, name, values):
    del file[name]
    file[name] = values


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda file: file.attrs.modify("schema", "other"), "not a file of tokens of version 1"),
        (lambda file: file.attrs.modify("schema_version", 2), "not a file of tokens of version 1"),
        (lambda file: file.attrs.__delitem__("vocab_size"), "damaged"),
        (lambda file: file.__delitem__("sentences"), "damaged"),
        (lambda file: rewritten(file, "tokens", np.zeros(9, "u4")), "tokens is not uint16"),
        (lambda file: rewritten(file, "tokens", np.zeros((9, 1), "u2")), "tokens is not uint16"),
        (lambda file: rewritten(file, "tokens", np.zeros(8, "u2")), "do not agree"),
        (lambda file: file["documents"].__setitem__(-1, 2), "do not agree"),
        (lambda file: rewritten(file, "documents", np.zeros(0, "i8")), "damaged"),
    ],
)
def test_wrong_files(path, change, message):
    with h5py.File(path, "r+") as file:
        change(file)
    with pytest.raises(UserError, match=rf"a\.h5: .*{message}"), open_tokens(path):
        pass


@pytest.mark.parametrize("name", ["tokens", "sentences", "documents", "token_kinds"])
def test_changed_values(path, name):
    with h5py.File(path, "r+") as file:
        file[name][1] += 1
    with open_tokens(path) as tokens, pytest.raises(UserError, match=r"a\.h5: corrupt"):
        tokens.verify()


def test_changed_attributes(path):
    with h5py.File(path, "r+") as file:
        file.attrs.modify("source", "{}")
    with open_tokens(path) as tokens, pytest.raises(UserError, match=r"a\.h5: corrupt"):
        tokens.verify()


def test_no_file_and_no_hdf5(tmp_path):
    with (
        pytest.raises(UserError, match=r"none\.h5: no such file"),
        open_tokens(tmp_path / "none.h5"),
    ):
        pass
    (tmp_path / "a.h5").write_text("text")
    with pytest.raises(UserError, match="not HDF5, or truncated"), open_tokens(tmp_path / "a.h5"):
        pass


def test_what_the_reader_does_wrong_is_not_the_files_fault(path):
    with pytest.raises(ValueError, match="mine"), open_tokens(path):
        raise ValueError("mine")
