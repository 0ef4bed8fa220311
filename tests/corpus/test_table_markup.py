import pytest

from scripts.corpus.wikitext.table_markup import drop_tables

PROSE = "The town, which is old, has some ten thousand people and a river in the north."


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
        (f"a\n{{| b\n| c\n\n{PROSE}\nd", f"a\n\n\n\n{PROSE}\nd"),
        ("a\n{| b\n{| c\n|}\n| d\n== e ==\nf", "a\n\n\n== e ==\nf"),
        ("a {{end}} b </table> c", "a {{end}} b </table> c"),
        ("a <table><tr>b<TABLE >c</table>d</Table>e", "a \n\ne"),
    ],
)
def test_tables(wikitext, left):
    assert drop_tables(wikitext) == left
