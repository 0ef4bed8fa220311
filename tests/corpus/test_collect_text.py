import subprocess
import sys

import pytest

from scripts.common.errors import UserError
from scripts.corpus.collect_text import Settings, collect_text
from tests.corpus.dumps import read_articles


def collect(tmp_path, documents, **files):
    """(id, text) of the articles made of files with these contents."""
    paths = []
    for name, content in files.items():
        paths.append(tmp_path / "texts" / f"{name}.txt")
        paths[-1].parent.mkdir(exist_ok=True)
        paths[-1].write_bytes(content.encode() if isinstance(content, str) else content)
    output = tmp_path / "a.jsonl.zst"
    collect_text(paths, output, Settings(documents), tmp_path / "texts")
    return [(article.id, article.text) for article in read_articles(output)]


CONTENT = "\ufeffOne.\nTwo.\n \nThree.\r\n\n\n\nFour.\n"


@pytest.mark.parametrize(
    ("documents", "texts"),
    [
        ("blank_line", ["One.\nTwo.", "Three.", "Four."]),
        ("file", ["One.\nTwo.\nThree.\nFour."]),
        ("line", ["One.", "Two.", "Three.", "Four."]),
    ],
)
def test_what_a_document_is(tmp_path, documents, texts):
    found = collect(tmp_path, documents, a=CONTENT, b="Five.")
    expected = [(f"a.txt:{number}", text) for number, text in enumerate(texts, 1)]
    assert found == [*expected, ("b.txt:1", "Five.")]


def test_files_without_text_are_an_error(tmp_path):
    with pytest.raises(UserError, match="texts: it has no text"):
        collect(tmp_path, "file", a="", b="\n \n")
    assert not (tmp_path / "a.jsonl.zst").exists()


def test_a_file_that_is_not_utf8_is_an_error_that_names_it(tmp_path):
    with pytest.raises(UserError, match=r"a\.txt: line 2 is not UTF-8"):
        collect(tmp_path, "file", a=b"One.\nTw\xff\n")


def test_the_command_line(tmp_path):
    (tmp_path / "x.txt").write_text("One.\n\nTwo.\n")
    command = [sys.executable, "-m", "scripts.corpus.collect_text", str(tmp_path / "x.txt")]
    subprocess.run([*command, "-o", str(tmp_path / "a.jsonl.zst")], check=True)
    assert [article.id for article in read_articles(tmp_path / "a.jsonl.zst")] == [
        "x.txt:1",
        "x.txt:2",
    ]


def test_paragraphs_that_pass_for_documents_are_told(tmp_path, caplog):
    text = "A paragraph of a text.\n\n" * 30
    for documents, told in (("blank_line", 1), ("file", 0), ("line", 0)):
        caplog.clear()
        collect(tmp_path, documents, a=text, b=text)
        lines = [
            line for line in caplog.messages if line.startswith("warning: 30 documents a file")
        ]
        assert len(lines) == told
        assert all("of 5 words each" in line and "corpus.text.documents" in line for line in lines)
    caplog.clear()
    collect(tmp_path, "blank_line", a="word " * 200 + "\n\n" + "word " * 200)
    assert not any("warning" in line for line in caplog.messages)
