import numpy as np
import pytest

from scripts.common.digest import hash64
from scripts.common.errors import UserError
from scripts.common.text import zstd_writer
from scripts.corpus import sign_documents as step
from scripts.corpus.assign_documents import assign_documents
from scripts.corpus.files.documents import ids_of
from scripts.corpus.files.shard_assignment import Sharding
from tests.corpus.test_shard_corpus import write_part

DEFAULT = step.Settings()


def text(number, changed=0, length=300):
    """A document of words of its own, of which the first ones are changed."""
    return [
        " ".join(f"w{hash64(number, place, place < changed) % 5000}" for place in range(length))
    ]


def sign(tmp_path, documents, processes=1, settings=DEFAULT):
    part = write_part(tmp_path, "a", [(str(n), text) for n, text in enumerate(documents)])
    output = tmp_path / f"a{processes}.npy"
    assert step.sign_documents(part, output, settings, processes) == len(documents)
    return np.load(output)


def test_documents_that_are_nearly_the_same_share_a_band_and_others_do_not(tmp_path):
    documents = []
    for number in range(60):
        documents += [text(number), text(number, changed=10), text(number, changed=150)]
    shared = sign(tmp_path, documents).reshape(60, 3, DEFAULT.bands)
    near = (shared[:, 0] == shared[:, 1]).any(axis=1)
    half = (shared[:, 0] == shared[:, 2]).any(axis=1)
    assert near.mean() > 0.95
    assert half.mean() < 0.1
    others = shared[:, 0].T
    assert all(len(set(band.tolist())) == 60 for band in others)


def test_the_same_bytes_at_any_number_of_processes(tmp_path, monkeypatch):
    monkeypatch.setattr(step, "BATCH", 5000)
    monkeypatch.setattr(step, "CELLS", 50 * 200)  # so that n-grams come in pieces
    whole = step.bands(step.empty_sketch(DEFAULT), DEFAULT.rows, [text(0)[0].encode()])
    documents = [text(number) for number in range(50)] + [["Two words."], ["!"]]
    outputs = [sign(tmp_path, documents, processes).tobytes() for processes in (1, 2, 4)]
    assert len(set(outputs)) == 1
    assert np.frombuffer(outputs[0], np.uint64)[-52 * 20 :][:20].tolist() == whole[0].tolist()


def test_more_bands_find_more_and_more_rows_fewer(tmp_path):
    """Pairs of which the first quarter differs: a Jaccard similarity of 0.6."""
    documents = [text(n, changed) for n in range(150) for changed in (0, 75)]
    found = []
    for bands, rows in [(20, 10), (40, 10), (40, 6), (80, 6), (20, 12)]:
        signed = sign(tmp_path, documents, settings=step.Settings(bands, rows))
        assert signed.shape == (300, bands)
        found.append((signed[::2] == signed[1::2]).any(axis=1).mean())
    few, twice, loose, all_but, strict = found
    assert strict < few < twice < loose < all_but
    assert all_but > 0.9


@pytest.mark.parametrize("deduplicate", ["near", "exact"])
def test_shards_without_what_is_nearly_the_same(tmp_path, deduplicate):
    documents = [(str(n), text(n)) for n in range(200)]
    documents += [(f"x{n}", text(n, changed=6)) for n in range(100)]
    part = write_part(tmp_path, "a", documents)
    step.sign_documents(part, tmp_path / "a.npy", DEFAULT)
    settings = Sharding(2, 0.1, deduplicate, 1)
    files = ([ids_of(part)], tmp_path / "out", tmp_path / "stats.json")
    statistics = assign_documents(*files, settings, [tmp_path / "a.npy"])
    if deduplicate == "near":
        assert 95 <= statistics["duplicates"] <= 100
    else:
        assert statistics["duplicates"] == 0


def test_near_needs_the_signatures_of_each_part(tmp_path):
    part = write_part(tmp_path, "a", [("1", text(1))])
    settings = Sharding(1, 0.1, "near", 1)
    with pytest.raises(UserError, match="--signatures: 0 files for 1 parts"):
        assign_documents([ids_of(part)], tmp_path / "out", tmp_path / "stats.json", settings)


def test_an_empty_part_has_no_signatures(tmp_path):
    with zstd_writer(tmp_path / "a.txt.zst"), zstd_writer(tmp_path / "a.ids.zst"):
        pass
    step.sign_documents(tmp_path / "a.txt.zst", tmp_path / "a.npy", DEFAULT)
    assert np.load(tmp_path / "a.npy").shape == (0, DEFAULT.bands)


def test_signatures_of_another_part_are_an_error(tmp_path):
    first = write_part(tmp_path, "a", [(str(n), text(n)) for n in range(50)])
    second = write_part(tmp_path, "b", [(str(n), text(n)) for n in range(40)])
    step.sign_documents(second, tmp_path / "b.npy", DEFAULT)
    files = ([ids_of(first)], tmp_path / "out", tmp_path / "stats.json")
    with pytest.raises(UserError, match="not the signatures of"):
        assign_documents(*files, Sharding(2, 0.1, "near", 1), [tmp_path / "b.npy"])


def test_signatures_stay_what_they_are():
    """A change of them would leave other documents out of the same corpus."""
    documents = [b"One two three four five six seven eight.", b"Two words", b""]
    signed = step.bands(step.empty_sketch(DEFAULT), DEFAULT.rows, documents)
    assert [hash64(array.tobytes()) for array in signed] == [
        545287518876359660,
        11335215679006340424,
        7683625784324280787,
    ]
