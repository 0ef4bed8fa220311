"""Ready-made files of examples: taken in as they are, or unpacked from NVIDIA's schema."""

import h5py
import numpy as np
import pytest

from scripts.common.errors import UserError
from scripts.examples.build_examples import Settings, build_examples
from scripts.examples.export_nvidia import export_nvidia
from scripts.examples.h5.example_files import Examples
from scripts.examples.import_examples import import_examples
from scripts.examples.tokenize_shard import tokenize_shard
from tests.examples.texts import shard, tokenizer_folder
from tests.runs import digest


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("given")
    vocab = tokenizer_folder(folder / "vocab")
    tokenize_shard(shard(folder / "a.txt.zst", 30), vocab, folder / "tokens.h5")
    build_examples(folder / "tokens.h5", folder / "own.h5", Settings(seq_length=64))
    export_nvidia(folder / "own.h5", folder / "nvidia.hdf5", seed=9, epochs=2)
    return folder


def test_nvidias_files(folder, tmp_path):
    """The examples of the import are those that the reader finds in the file itself."""
    result = import_examples(folder / "nvidia.hdf5", folder / "vocab", tmp_path / "a.h5", 64)
    direct = Examples([folder / "nvidia.hdf5"], tokenizer=folder / "vocab")
    imported = Examples([tmp_path / "a.h5"], tokenizer=folder / "vocab")
    imported.verify()
    assert not imported.shards[0].foreign
    assert len(imported) == len(direct) == result["examples"]
    expected, found = (each.batch(np.arange(len(direct))) for each in (direct, imported))
    for name, values in vars(expected).items():
        assert (getattr(found, name) == values).all()
    assert result["tokens"] == imported.lengths.sum()
    assert result["random_b_share"] == round(float((found.next_sentence == 1).mean()), 6)


def test_own_files(folder, tmp_path):
    import_examples(folder / "own.h5", folder / "vocab", tmp_path / "a.h5", 64)
    assert digest(tmp_path / "a.h5") == digest(folder / "own.h5")


def test_refused(folder, tmp_path):
    with pytest.raises(UserError, match=r"of up to 64 tokens, but the phase's seq_length is 32"):
        import_examples(folder / "own.h5", folder / "vocab", tmp_path / "a.h5", 32)
    other = tokenizer_folder(tmp_path / "other")
    (other / "vocab.txt").write_text("[PAD]\n")
    for name in ("own.h5", "nvidia.hdf5"):
        with pytest.raises(UserError, match="made with another tokenizer"):
            import_examples(folder / name, other, tmp_path / "a.h5", 64)
    (tmp_path / "bad.hdf5").write_bytes((folder / "nvidia.hdf5").read_bytes())
    with h5py.File(tmp_path / "bad.hdf5", "r+") as file:
        file["masked_lm_ids"][0, 0] = 10**6
    with pytest.raises(UserError, match="beyond the vocabulary"):
        import_examples(tmp_path / "bad.hdf5", folder / "vocab", tmp_path / "a.h5", 64)
    assert not (tmp_path / "a.h5").exists()
