# ruff: noqa: RUF001
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.corpus.wikitext.clean_up import GONE
from scripts.corpus.wikitext.template_table import FAMILIES, TEMPLATES
from scripts.corpus.wikitext.templates import expand_templates


@pytest.mark.parametrize(
    ("wikitext", "words"),
    [
        ("{{convert|100|km|mi}}", "100 kilometres"),
        (
            "{{Pop density|3,645,257|640081.87|km2|sqmi|prec=1}}",
            "5.7 inhabitants per square kilometre",
        ),
        ("{{pop density|x|2|km2}}", "$"),
        (f"{{{{convert|{'9' * 5000}|km}}}}", f"{'9' * 5000} kilometres"),
        ("see {{harvnb|Linden|1996|pp=6–36}}", "see Linden 1996"),
        ("'a{{' \"}}{{snds}}b", "'a&#39;\" – b"),
        ("{{convert|22|e6acre|km2}}", "22 million acres"),
        ("{{convert|4400000|oilbbl/d}}", "4,400,000 barrels per day"),
        (
            "{{convert|2660.5|km|comma=off}}, {{convert|2660.5|km}}",
            "2660.5 kilometres, 2,660.5 kilometres",
        ),
        ("{{Convert|1|mi|km}}", "1 mile"),
        ("{{convert|5|ft|6|in|cm|abbr=on}}", "5 ft 6 in"),
        ("{{convert|10|to|20|km2|sqmi}}", "10 to 20 square kilometres"),
        ("{{convert|20|-|25|cm|in}}", "20–25 centimetres"),
        ("{{convert|50|m|ft|adj=on}}", "50-metre"),
        ("{{convert|1,234.5|furlongs per fortnight}}", "1,234.5 furlongs per fortnight"),
        ("{{cvt|30|km2}}", "30 km^2"),
        ("{{nowrap|a {{lang|fr|b c}} d}}", "a b c d"),
        ("{{lang-de|Wort}}", "Wort"),
        ("{{langx|de|Wort}}", "Wort"),
        ("{{transl|ar|ISO|kitāb}}", "kitāb"),
        ("{{transl|ar|kitāb}}", "kitāb"),
        ("{{abbr|SOE|Special Operations Executive}}", "SOE"),
        ("{{as of|2010|5}}", "As of May 2010"),
        ("{{as_of|2010|lc=y}}", "as of 2010"),
        ("{{circa|1500}}", "c. 1500"),
        ("{{circa}}", "c."),
        ("{{start date|1999|12|31}}", "December 31, 1999"),
        ("{{start date|1999|12|31|df=yes}}", "31 December 1999"),
        ("{{nihongo|Tokyo|東京|Tōkyō}}", "Tokyo (東京, Tōkyō)"),
        ("{{frac|3|1|2}}", "3 1/2"),
        ("{{val|12345|u=km}}", "12,345 km"),
        ("{{formatnum:1234567}}", "1,234,567"),
        ("{{ill|Ada|de|Ada (Person)|lt=Ada L.}}", "Ada L."),
        ("{{USS|Enterprise|CV-6}}", "USS Enterprise"),
        ("{{sic|mispelled}}, {{sic}}", "mispelled, [sic]"),
        ("{{convert|{{x}} 5|km {{x}}}}, {{nts|1200}}", "5 kilometres, 1,200"),
        ("{{\"'}}a{{'\"}}", '"&#39;a&#39;"'),
        ("{{coord|13|19|N|169|9|W}}", "13°19′N 169°9′W"),
        ("{{coord|13|19|N|169|9|W|display=title}}", "$"),
        ("{{math|1=x = {y} }}", "x = {y}"),
        ("a{{snd}}b{{'}}s", "a – b&#39;s"),
        ("{{1=x}}{{=}}", "$="),
        ("{{nowrap|a{{!}}b}}", "a\x02b"),
        ("{{PAGENAME}}", "Page"),
        ("{{citation needed|date=May 2010}}", "$"),
        ("{{Infobox\n| a = {{flag|US}}\n| b = {{convert|1|km}}\n}}after", "$after"),
        ("{{{1|default}}} {{{2}}}", "default "),
        # Other languages
        ("{{unité|100|km|2}}", "100 km^2"),
        ("{{s-|XIX|e}}", "XIXe siècle"),
        ("{{s|два слова}}", "два слова"),
        ("le {{XVIIIe siècle}}, {{1er}} mai, {{Ier}} {{XIV}}", "le XVIIIe siècle, 1er mai, Ier $"),
        ("{{date|14|juillet|1789}}", "14 juillet 1789"),
        ("{{enS|word}}", "word"),
        ("{{siglo|XIX}}", "siglo XIX"),
        ("{{仮リンク|題名|en|Title}}", "題名"),
        ("{{読み仮名|漢字|かんじ}}", "漢字（かんじ）"),
        ("{{link-en|标题|Title}}", "标题"),
        ("{{Шаблон:nobr|да}}", "да"),
        ("{{не переведено 5|Титул|слово|en|Title}}", "слово"),
    ],
)
def test_words_of_templates(wikitext, words):
    assert expand_templates(wikitext, "Page") == words.replace("$", GONE)


@pytest.mark.parametrize(
    ("wikitext", "words"),
    [
        ("{{lc:ABC}} {{uc:abc}} {{LCFIRST:ABC}} {{ucfirst:abc}}", "abc ABC aBC Abc"),
        ("{{lcfirst:}}{{ucfirst:}}", "$$"),
        ("{{#tag:nowiki|a|b}} {{#tag:poem|c}} {{#tag:ref|d}} {{#if:a|b}}", "a c $ $"),
        ("{{Template:nowrap|a b}} {{template:!}} {{Vorlage: nowrap |a}}", "a b \x02 a"),
        ("{{DEFAULTSORT:Page}}", "$"),
        ("{{FULLPAGENAME}} {{SUBPAGENAME}} {{BASEPAGENAME}} {{PAGENAMEE}}", "Page Page Page $"),
        ("{{1/2}} {{1/}} {{xvie siècle}} {{5nd}} {{1234e}}", "1/2 $ xvie siècle 5nd $"),
        ("{{nowrap|2=b|1=a}} {{nowrap|0=b}} {{nowrap|51=b|a}}", "a $ a"),
        ("{{color|50=x|2=b}} {{hlist|3=c|1=a}}", "b a, c"),
        ("{{nowrap|a=b=c|d}} {{nowrap|1=a=b}}", "d a=b"),
        ("{{nowrap}} {{nowrap|}} {{lang-de}} {{unknown|a}}", "$ $ $ $"),
        ("{{script/Arab|a}} {{kieli-en|b}} {{k-xx|c}}", "a b c"),
        ("{{ no_wrap | a }}", "a"),
        ("{{{a|b}}} {{{a}}}", "b "),
        ("a{{snd}}b {{-}}c", "a – b \n\nc"),
    ],
)
def test_names_functions_and_arguments(wikitext, words):
    assert expand_templates(wikitext, "Page") == words.replace("$", GONE)


@pytest.mark.parametrize("depth", [24, 25])
def test_templates_within_templates(depth):
    found = expand_templates("{{nowrap|" * depth + "a" + "}}" * depth, "")
    assert found.startswith("a") == (depth == 24)


def test_a_quotation_is_a_paragraph():
    assert expand_templates("a{{quote|text=b|author=c}}d", "") == "a\n\nb\n\nd"


@pytest.mark.parametrize(
    ("wikitext", "left"),
    [
        ("before {{infobox|a\n| b = c\nafter", "before \nafter"),
        ("a }} b", "a   b"),
        ("{{a|{{b|{{nowrap|c}}", ""),
    ],
)
def test_a_template_that_lacks_its_end_takes_no_more_than_its_lines(wikitext, left):
    assert expand_templates(wikitext, "") == left


def test_nesting_without_end_stops():
    assert "{{" not in expand_templates("{{nowrap|" * 5000 + "a" + "}}" * 5000, "")
    assert "{{" not in expand_templates("{{" * 50_000, "")


@given(
    st.sampled_from([*TEMPLATES, *(f"{family}en" for family in FAMILIES)]),
    st.lists(st.text("aZ19 =-.,²١e\nкm°", max_size=6), max_size=7),
)
def test_no_arguments_break_a_template(name, arguments):
    text = expand_templates("{{" + "|".join([name, *arguments]) + "}}", "")
    assert "{{" not in text


@given(st.text("{}|[]=a1 \n'<>!-", max_size=60))
def test_no_braces_remain(text):
    assert "{{" not in expand_templates(text, "")
    assert "}}" not in expand_templates(text, "")
