import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.common.errors import UserError
from scripts.corpus.files.articles import Article, from_line, to_line
from tests.corpus.dumps import read_articles


@given(st.text(min_size=1).filter(lambda text: not set(text) & set("\r\n")), st.text(), st.text())
def test_a_line_gives_back_its_article(identity, title, text):
    article = Article(identity, title, "", text)
    line = to_line(article)
    assert line.count("\n") == 1
    assert from_line(line, "a", 1) == article


def test_only_id_and_text_are_needed():
    assert from_line('{"id": 12, "text": "x"}', "a", 1) == Article("12", "", "", "x")


def test_a_byte_order_mark_is_no_part_of_the_first_line(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('\ufeff{"id": 1, "text": "x"}\n{"id": 2, "text": "\\ud83d\\ude00"}\n', "utf-8")
    assert [article.text for article in read_articles(path)] == ["x", "😀"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "not JSON"),
        ('{"id": 1, "text": "a\\ud800b"}', "a lone surrogate"),
        ('\ufeff{"id": 1, "text": "x"}', "not JSON"),
        ("[1]", "must be a JSON object"),
        ('{"text": "x"}', "no `id`"),
        ('{"id": 1}', "no `text`"),
        ('{"id": 1, "text": null}', "`text` must be a string"),
        ('{"id": null, "text": ""}', "`id` must be"),
        ('{"id": true, "text": ""}', "`id` must be"),
        ('{"id": "", "text": ""}', "`id` must be"),
        ('{"id": "a\\nb", "text": ""}', "`id` must be"),
    ],
)
def test_a_malformed_line_is_an_error_that_names_file_and_line(tmp_path, line, message):
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"id": 1, "text": "x"}) + f"\n\n{line}\n")
    with pytest.raises(UserError, match=message) as caught:
        list(read_articles(path))
    assert f"{path}: line 3" in str(caught.value)
