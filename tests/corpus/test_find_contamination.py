import json
import random
import sys

import pytest

from scripts.common.errors import UserError
from scripts.common.text import read_lines, zstd_writer
from scripts.corpus import find_contamination as step
from scripts.corpus.duplicates.evaluation_overlap import (
    LONGEST,
    SHORTEST,
    read_texts,
    untokenized,
)
from scripts.corpus.duplicates.word_ngrams import WORD
from scripts.corpus.files.documents import read_notes
from scripts.corpus.report_contamination import report_contamination
from scripts.glue.collect_evaluation import collect_evaluation
from tests.corpus.test_shard_corpus import write_part

WORDS = [f"word{number}" for number in range(40)]


def say(first, last):
    return " ".join(WORDS[first:last])


def write_set(tmp_path, task, name, *rows):
    path = tmp_path / "glue" / task / f"{name}.tsv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("index\tsentence\n" + "".join("\t".join(row) + "\n" for row in rows))
    return path


def find(tmp_path, documents, files, clean=False, processes=1):
    part = write_part(tmp_path, "a", documents)
    target = tmp_path / "clean" / "a.txt.zst" if clean else None
    texts = collected(tmp_path, files)
    return step.find_contamination(part, texts, tmp_path / "a.json", target, processes)


def collected(tmp_path, files):
    texts = tmp_path / "texts.tsv.zst"
    collect_evaluation(files, texts)
    return texts


@pytest.mark.parametrize(
    ("text", "sentence", "held"),
    [
        # A whole text, in whatever case and with whatever marks
        (say(0, 6), f"Before it, {say(0, 6).upper()}! After it.", True),
        (say(0, 12), say(0, 12), True),
        (say(0, 12), say(0, 11), False),
        (say(0, 12), f"{say(0, 6)} other {say(6, 12)}", False),
        # A text of too few words
        (say(0, SHORTEST - 1), say(0, SHORTEST - 1), False),
        # Any run of a long text
        (say(0, 30), say(0, 30), True),
        (say(0, 30), f"Other {say(10, 10 + LONGEST)} words.", True),
        (say(0, 30), f"Other {say(10, 9 + LONGEST)} words.", False),
        # Parse trees are no texts
        (f"( ( {say(0, 8)} ) )", say(0, 8), False),
    ],
)
def test_what_counts_as_held(tmp_path, text, sentence, held):
    path = write_set(tmp_path, "T", "dev", ("0", text))
    result = find(tmp_path, [("1", [sentence])], [path])
    assert result["holding"] == held
    assert result["sets"]["T/dev"]["found"] == ([0] if held else [])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("it does n't work , and we ca n't say why", "It doesn\u2019t work, and we can't say why."),
        ("it DOES N'T work , they WO N'T say", "It doesn't work, they won't say."),
        ("the town -lrb- once a village -rrb- grew", "The town (once a village) grew."),
        ("the town -LSB- once a village -RSB- grew", "The town [once a village] grew."),
        ("that can not be what they meant", "That cannot be what they meant."),
        ("It doesn't work (as we said) here", "it does n't work -lrb- as we said -rrb- here"),
    ],
)
def test_a_tokenized_form_of_a_text_is_the_same_text(tmp_path, text, sentence):
    path = write_set(tmp_path, "T", "dev", ("0", text))
    assert find(tmp_path, [("1", ["Other words.", sentence])], [path])["holding"] == 1


def test_a_text_of_two_sentences_is_found_over_their_border(tmp_path):
    """Within a document; both sentences hold it, and so does one between."""
    path = write_set(tmp_path, "T", "dev", ("0", say(0, 8)), ("1", say(10, 30)))
    documents = [
        ("1", ["One.", say(0, 4), "...", say(4, 8), "Two."]),
        ("2", [say(0, 4)]),
        ("3", [say(4, 8), say(12, 20), say(20, 27), say(0, 4)]),
        ("4", [say(4, 8)]),
    ]
    result = find(tmp_path, documents, [path], clean=True)
    assert result["holding"] == 3 + 2
    assert result["sets"]["T/dev"]["found"] == [0, 1]
    assert list(read_lines(tmp_path / "clean" / "a.txt.zst")) == [
        *("One.", "Two.", "", say(0, 4), "", say(4, 8), say(0, 4), "", say(4, 8), "")
    ]


def planted(text, rng):
    """A text of a GLUE file as an article would have it: running text, in one sentence or two."""
    for form, plain in (
        (" n't", "n't"),
        ("-lrb- ", "("),
        (" -rrb-", ")"),
        (" ,", ","),
        (" .", "."),
    ):
        text = text.replace(form, plain)
    words = text.split(" ")
    cut = rng.randrange(1, len(words))
    return [" ".join(words[:cut]), " ".join(words[cut:])] if rng.random() < 0.5 else [text]


def test_all_that_is_planted_of_real_texts_is_found_and_nothing_else(shared_data, tmp_path):
    """Half of SST-2's and RTE's texts, each in an article of its own."""
    rng = random.Random(1)
    for task in ("SST-2", "RTE"):
        path = shared_data / "glue" / task / "dev.tsv"
        texts = dict.fromkeys(text for _, text in read_texts(collected(tmp_path, [path])))
        texts = [text for text in texts if len(WORD.findall(untokenized(text))) >= SHORTEST]
        half = set(rng.sample(texts, len(texts) // 2))
        documents = [(str(n), planted(text, rng)) for n, text in enumerate(sorted(half))]
        (result,) = find(tmp_path, documents, [path])["sets"].values()
        held = {text for text in texts if any(text in other for other in half)}
        assert len(half) <= len(result["found"]) <= len(held) + 0.02 * len(texts), task


def test_counts_texts_and_sentences_of_each_set(tmp_path):
    first = write_set(tmp_path, "T", "dev", ("0", say(0, 8)), ("1", say(8, 16)), ("2", say(0, 8)))
    second = write_set(tmp_path, "U", "test", ("0", say(0, 8)), ("1", say(20, 36)))
    documents = [("1", [say(0, 8), "nothing", say(0, 8)]), ("2", [say(20, 36)])]
    result = find(tmp_path, documents, [first, second])
    assert json.loads((tmp_path / "a.json").read_text()) == result
    assert result == {
        "sentences": 4,
        "holding": 3,
        "sets": {
            "T/dev": {"texts": 2, "found": [0], "sentences": 2},
            "U/test": {"texts": 2, "found": [2, 3], "sentences": 3},
        },
    }


def test_a_clean_copy_lacks_the_sentences_and_documents_of_nothing_else(tmp_path):
    path = write_set(tmp_path, "T", "dev", ("0", say(0, 8)))
    documents = [("1", ["One.", say(0, 8), "Two."]), ("2", [say(0, 8)]), ("3", ["Three."])]
    find(tmp_path, documents, [path], clean=True)
    clean = tmp_path / "clean"
    assert list(read_lines(clean / "a.txt.zst")) == ["One.", "Two.", "", "Three.", ""]
    assert [note.id for note in read_notes(clean / "a.ids.zst")] == ["1", "3"]


def test_the_same_bytes_at_any_number_of_processes(tmp_path, monkeypatch):
    monkeypatch.setattr(step, "BATCH", 300)
    path = write_set(tmp_path, "T", "dev", ("0", say(0, 8)), ("1", say(10, 30)))
    documents = [(str(n), [f"Number {n}.", say(n % 20, n % 20 + 14)]) for n in range(100)]
    outputs = set()
    for processes in (1, 2, 4):
        find(tmp_path, documents, [path], True, processes)
        files = [tmp_path / "a.json", *sorted((tmp_path / "clean").iterdir())]
        outputs.add(b"".join(file.read_bytes() for file in files))
    assert len(outputs) == 1


def test_texts_are_numbered_alike_for_every_part_and_joined(tmp_path):
    path = write_set(tmp_path, "T", "dev", ("0", say(0, 8)), ("1", say(8, 16)), ("2", say(20, 28)))
    reports = []
    for name, document in (("a", say(0, 8)), ("b", f"{say(0, 8)}. {say(8, 16)}"), ("c", "x")):
        part = write_part(tmp_path, name, [("1", [document])])
        reports.append(tmp_path / f"{name}.json")
        step.find_contamination(part, collected(tmp_path, [path]), reports[-1], None, 1)
    rows = report_contamination(reports, tmp_path / "table.tsv")
    assert rows == [
        ["T", "dev", "3", "2", "0.6667", "2"],
        ["corpus", "", "3", "2", "0.666667", "2"],
    ]
    assert (tmp_path / "table.tsv").read_text().startswith("task\tsplit\ttexts\tfound\tshare\t")


def test_a_line_of_texts_without_a_tab_is_an_error(tmp_path):
    with zstd_writer(tmp_path / "texts.tsv.zst") as file:
        file.write("T/dev\tx\nT/dev\n")
    with pytest.raises(UserError, match=r"texts\.tsv\.zst: line 2 has no tab"):
        list(read_texts(tmp_path / "texts.tsv.zst"))


def test_a_report_that_is_none_is_an_error(tmp_path):
    (tmp_path / "a.json").write_text("{}")
    with pytest.raises(UserError, match="not a report"):
        report_contamination([tmp_path / "a.json"], tmp_path / "t.tsv")


def test_the_command_line(tmp_path, monkeypatch):
    texts = collected(tmp_path, [write_set(tmp_path, "T", "dev", ("0", say(0, 8)))])
    part = write_part(tmp_path, "a", [("1", [say(0, 8)]), ("2", ["Two."])])
    flags = ["--evaluation", str(texts), "-o", str(tmp_path / "a.json")]
    flags += ["--clean", str(tmp_path / "c" / "a.txt.zst")]
    monkeypatch.setattr(sys, "argv", ["step", str(part), *flags])
    step.main()
    assert [note.id for note in read_notes(tmp_path / "c" / "a.ids.zst")] == ["2"]


def test_real_evaluation_sets(shared_data, tmp_path):
    files = [shared_data / "glue" / task / "dev.tsv" for task in ("CoLA", "QNLI")]
    line = (shared_data / "glue" / "QNLI" / "dev.tsv").read_text().split("\n")[1].split("\t")
    result = find(tmp_path, [("1", [line[2], "Nothing of it."])], files)
    assert result["holding"] == 1
    assert result["sets"]["QNLI/dev"]["texts"] > 7000
