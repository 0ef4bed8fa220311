"""The marks of bold type and italics, which are runs of apostrophes."""

import re

RUNS = re.compile(r"('{2,})")


def drop_quotes(text: str) -> str:
    """Remove the marks of bold type and italics, line by line, and leave apostrophes."""
    return "\n".join(line_without_quotes(one) if "''" in one else one for one in text.split("\n"))


def line_without_quotes(line: str) -> str:
    """A line without its marks, as MediaWiki tells them from apostrophes (Parser::doQuotes).

    A run of four is an apostrophe and three, of more than five all but five are apostrophes. Where
    both bold type and italics are left open, one run of three is an apostrophe and two: the first
    behind a word of one letter, or else behind any other word, or else behind a blank.
    """
    if "'''" not in line:
        return line.replace("''", "")
    pieces = RUNS.split(line)
    marks = []
    for place in range(1, len(pieces), 2):
        length = len(pieces[place])
        mark = 3 if length == 4 else min(length, 5)
        # As entities where they would be marks again.
        pieces[place - 1] += "'" if length - mark == 1 else "&#39;" * (length - mark)
        marks.append(mark)
    bold = sum(mark != 2 for mark in marks)
    italics = sum(mark != 3 for mark in marks)
    if bold % 2 and italics % 2:
        threes = [2 * number for number, mark in enumerate(marks) if mark == 3]
        if threes:
            pieces[min(threes, key=lambda place: rank(pieces[place]))] += "'"
    return "".join(pieces[::2])


def rank(before: str) -> int:
    """How far behind others a run of three stands that may be an apostrophe and two."""
    if before[-1:] == " ":
        return 2
    return int(before[-2:-1] != " ")
