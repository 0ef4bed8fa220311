# ruff: noqa: RUF001
import pytest

from scripts.corpus.wikitext.structure import (
    drop_hatnotes,
    drop_sections,
    drop_tables,
    is_paragraph,
)

TOWN = "The town, which is old, has some ten thousand people and a river in the north."


@pytest.mark.parametrize(
    ("wikitext", "left"),
    [
        ("a\n{| b\n|}c", "a\n\n\nc"),
        ("a\n{| b\n{| c\n|} d\n|}e", "a\n\n\ne"),
        ("a\n{| b", "a\n\n\n"),
        ("a {| b\n|} c", "a {| b\n|} c"),
        ("a\n|}b\n{| c\n|} d", "a\n|}b\n\n\n d"),
        ("a\n:{| b\n|}} c\n|} d", "a\n\n\n d"),
        ("a |} b", "a |} b"),
        # What ends a table that has no end of its own
        ("a\n{| b\n| c\n{{end}}d", "a\n\n\nd"),
        ("a\n{| b\n| c\n</table>d", "a\n\n\nd"),
        ("a\n{| b\n| c\n== d ==\ne", "a\n\n\n== d ==\ne"),
        (f"a\n{{| b\n| c\n\n{TOWN}\nd", f"a\n\n\n\n{TOWN}\nd"),
        (f"a\n{{| b\n| c\n\n{TOWN} \x07\nd", f"a\n\n\n\n{TOWN} \x07\nd"),
        ("a\n{| b\n{| c\n|}\n| d\n== e ==\nf", "a\n\n\n== e ==\nf"),
        ("a {{end}} b </table> c", "a {{end}} b </table> c"),
        ("a <table><tr>b<TABLE >c</table>d</Table>e", "a \n\ne"),
    ],
)
def test_tables(wikitext, left):
    assert drop_tables(wikitext) == left


@pytest.mark.parametrize(
    ("wikitext", "left"),
    [
        ("a\n== B ==\nc", "a\n\n\nc"),
        ("= Notes =\na\n== B ==\nc\n= D =\ne", "\n\n\ne"),
        ("== Notes ==\na\n== Notes ==\nb\n=== C ===\nd", ""),
        ("== Notes ==\na\n== B ==\nc", "\n\n\nc"),
        ("a\n====== Notes ======\nb\n====== C ======\nd", "a\n\n\n\nd"),
        ("== a\n b ==", "== a\n b =="),
    ],
)
def test_sections(wikitext, left):
    assert drop_sections(f"\n{wikitext}").split() == left.split()


PROSE = "The [[country]] has had ''many'' good writers since it was first settled."


@pytest.mark.parametrize(
    "title",
    ["Literature", "Sources", "Images", "Links", "{{anchor|refs}}References ",
     "<span id=a>References</span>", "[[Citation|References]]", "''References''",
     "&nbsp;References\u00a0", "References:"],
)  # fmt: skip
def test_of_a_section_of_references_the_prose_stays(title):
    page = f"\na\n== {title} ==\n* {PROSE}\n{PROSE}\n{{{{cite|{PROSE}}}}}\n=== b ===\n: c"
    assert drop_sections(page).split() == f"a {PROSE}".split()


@pytest.mark.parametrize(
    ("line", "paragraph"),
    [
        ("It is a long river that comes from the north.", True),
        ("Albert Camus was an Algerian-born author. In 1957 he was awarded the Nobel Prize.", True),
        ("It is a long river that comes from the north", False),
        ("It is a long river.", False),
        ("Mann, Noel and Smith. 2009. Linguistic Clusters of Asia. Payap University.", False),
        ("It is a long river that comes from the north. ISBN 0-582-02173-1.", False),
        ("It is a long river that comes from the north, pp. 5.", False),
        ("这条河发源于北方的高山，流经许多大城市，最后在南方的一个大港口流入大海之中。", True),
        ("这条河。", False),
    ],
)
def test_what_is_no_entry_of_a_bibliography(line, paragraph):
    assert is_paragraph(line) == paragraph


@pytest.mark.parametrize(
    ("wikitext", "left"),
    [
        ("\n:''For it, see [[a]].''\nb", "\nb"),
        ("\n{{c}}\n:''For it, see [[a]].''\n:: ''See [[a]].''\nb", "\n{{c}}\nb"),
        ("\nd\n== c ==\n[[File:x]]\n\n:''See [[a]].''\nb", "\nd\n== c ==\n[[File:x]]\nb"),
        # A quotation
        ("\nHe said:\n:''That is [[a]].''\nb", "\nHe said:\n:''That is [[a]].''\nb"),
        ("\n:''That is it.''\nb", "\n:''That is it.''\nb"),
        ("\n:'''For''' it, see [[a]].\nb", "\n:'''For''' it, see [[a]].\nb"),
    ],
)
def test_hatnotes(wikitext, left):
    assert drop_hatnotes(wikitext) == left
