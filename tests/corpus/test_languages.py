import pytest

from scripts.corpus.wikitext.languages import REDIRECT, is_disambiguation, section_is_dropped


@pytest.mark.parametrize(
    "title",
    ["References", "See also", "External links:", "''Notes''", "Einzelnachweise", "Liens externes",
     "Véase también", "Примечания", "脚注", "참고 문헌", "مراجع", "Przypisy", "Zie ook"],
)  # fmt: skip
def test_sections_without_prose(title):
    assert section_is_dropped(title)


@pytest.mark.parametrize(
    "title", ["History", "Geschichte", "Notes on style", "References in culture"]
)
def test_sections_with_prose(title):
    assert not section_is_dropped(title)


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("A", "x {{disambiguation}}"),
        ("A", "{{ Hndis |name=A}}"),
        ("A", "{{Geodis}}"),
        ("A", "{{Begriffsklärung}}"),
        ("A", "{{Неоднозначность|тип=a}}"),
        ("A", "{{曖昧さ回避}}"),
        ("A (disambiguation)", "x"),
        ("A (Begriffsklärung)", "x"),
        ("A", "x __DISAMBIG__"),
    ],
)
def test_disambiguation_pages(title, text):
    assert is_disambiguation(title, text)


@pytest.mark.parametrize(
    "text", ["{{other uses|A (disambiguation)}} x", "{{disambiguation needed}}", "{{dis}}", ""]
)
def test_articles_are_no_disambiguation_pages(text):
    assert not is_disambiguation("A", text)


@pytest.mark.parametrize(
    "text",
    ["#REDIRECT [[A]]", "#redirect[[A]]", "# REDIRECT: [[A]]", "\n#WEITERLEITUNG [[A]]",
     "#перенаправление [[A]]", "#पुनर्प्रेषित [[A]]", "#अनुप्रेषित [[A]]", "#เปลี่ยนทาง [[A]]",
     "#تغییر_مسیر [[A]]", "#வழிமாற்று [[A]]", "#重定向 [[A]]", "#転送[[A]]", "#تحويل [[A]]",
     "\uff03転送 [[A]]", "#redirect\n[[A]]", "#REDIRECT :[[A]]"],
)  # fmt: skip
def test_redirects(text):
    assert REDIRECT.match(text)


@pytest.mark.parametrize("text", ["# [[A]]", "#1 [[A]]", "A #REDIRECT [[A]]", "# one of [[A]]"])
def test_no_redirects(text):
    assert not REDIRECT.match(text)
