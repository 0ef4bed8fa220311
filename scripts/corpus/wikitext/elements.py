# ruff: noqa: RUF001
"""Comments, extension tags and HTML's elements, and the words that they stand for.

Comments and extension tags are read in one pass from the left, and whichever opens first owns what it
holds. MediaWiki's preprocessor (Preprocessor_Hash.php) does so before it looks at anything else.
"""

import html
import re

from scripts.corpus.wikitext.clean_up import FORMULA, GONE, LITERAL, MARK
from scripts.corpus.wikitext.languages import names
from scripts.corpus.wikitext.maths import formula_words

EXTENSIONS = (
    "ref|references|math|chem|ce|gallery|timeline|score|syntaxhighlight|source|pre|poem|imagemap|graph"
    "|mapframe|maplink|templatestyles|templatedata|hiero|inputbox|categorytree|includeonly|noinclude"
    "|onlyinclude|indicator|section|nowiki"
)
OPENING = re.compile(rf"<!--|<(/?)({EXTENSIONS})(?=[\s/>])([^<>]*)>", re.IGNORECASE)
# Comments that fill what is left of a line; it goes with them.
FILLING = re.compile(r"(?>(?:<!--.*?-->[ \t]*)+)\n", re.DOTALL)
BLOCKS = names("gallery|timeline|score|pre|syntaxhighlight|source")
INDENT = re.compile(r"^[ \t]+", re.MULTILINE)
HTML = (
    "small|big|li|dd|dt|ul|ol|dl|br|sup|sub|code|tt|samp|kbd|span|font|abbr|bdi|bdo|cite|em|strong|b|i|u|s"
    "|strike|del|ins|mark|q|var|dfn|nobr|wbr|ruby|r[bpt]|p|div|center|blockquote|h[1-6]|hr|time|data"
)
TAG = re.compile(rf"<(/?)({HTML})\b[^<>]*>", re.IGNORECASE)
# What begins none of these tags is a sign.
LESS = re.compile(
    rf"<(?!/?(?:{HTML}|{EXTENSIONS}|a|img|link|meta|table|caption|tbody|t[drh]|script|style)(?=[\s/>])[^<>]*>)"
    "|&lt;|&#60;",
    re.IGNORECASE,
)
PARTING = names("p|div|center|blockquote|h1|h2|h3|h4|h5|h6|hr")
SUPERSCRIPT = re.compile(r"<sup\b[^<>]*>([^<>]*)</sup\s*>", re.IGNORECASE)
CODE = re.compile(r"<(?:code|tt|samp|kbd)\b[^<>]*>[^<]+", re.IGNORECASE)
# With elements of the same name in it.
HIDDEN = re.compile(
    r"<(\w+)\b[^<>]*\bdisplay\s*:\s*none[^<>]*>"
    r"(?>(?:(?><\1\b[^<>]*>.{0,400}?</\1\s*>)|(?!</?\1\b).)*)</\1\s*>",
    re.IGNORECASE | re.DOTALL,
)
# A base that a number behind it is a power of: a number, a bracket, a variable, a unit.
BASE = re.compile(r"(?:[\d)\]]|(?<![^\W\d_])[^\W\d_]{1,3})(?:''+|</\w+>)?$")
POWER = re.compile(r"[-−–]?(?:\d+(?:[.,/]\d+)*|\d*[nkmxyzijpqN])(?:[-+−–](?:\d+|[nkmxyzijpq]))?")


def replace_extensions(text: str) -> str:
    """A page without comments and extension tags, which leave the words that they stand for.

    A comment without an end goes on to the end of the text. Where another element has no end nobody
    knows how far it was meant to go, so it goes no farther than its line, and `nowiki` nowhere.
    """
    if "<" not in text:
        return text
    pieces = []
    place = 0
    endless = set()
    while opening := OPENING.search(text, place):
        start, end = opening.span()
        begins_line = start == 0 or text[start - 1] == "\n"
        pieces.append(text[place:start])
        place = end
        if opening.group(2) is None:
            place = text.find("-->", end) + 3
            filling = FILLING.match(text, start)
            line = text.rfind("\n", 0, start) + 1
            if place < 3:
                place = len(text)
            elif filling and line and not text[line:start].strip(" \t"):
                pieces[-1] = pieces[-1].rstrip(" \t")
                place = filling.end()
            continue
        name = opening.group(2).lower()
        if name in ("noinclude", "onlyinclude") or (opening.group(1) and name != "nowiki"):
            continue
        hole = ""
        if begins_line or name == "nowiki":
            pieces.append(MARK)
        elif text[start - 1] in " ([（“«":
            hole = GONE
        if opening.group(1) or opening.group(3).endswith("/"):
            pieces.append(hole)
            continue
        closing_tag = re.compile(rf"</{name}\s*>", re.IGNORECASE)
        closing = None if name in endless else closing_tag.search(text, end)
        if closing:
            words = element_words(name, opening.group(3), text[end : closing.start()])
            pieces.append(words or hole)
            place = closing.end()
            continue
        endless.add(name)
        if name != "nowiki":
            newline = text.find("\n", end)
            place = len(text) if newline < 0 or name == "includeonly" else newline
    pieces.append(text[place:])
    return "".join(pieces)


def element_words(name: str, attributes: str, content: str) -> str:
    if name in ("math", "chem", "ce"):
        words = html.escape(formula_words(html.unescape(content)) or GONE, quote=False)
        return FORMULA + words.translate(LITERAL).replace("\n", " ") + FORMULA
    if name == "nowiki" or (name in ("syntaxhighlight", "source") and "inline" in attributes):
        return content.translate(LITERAL).replace("\n", " ")
    if name == "poem":
        return f"\n\n{INDENT.sub('', replace_extensions(content))}\n\n"
    return "\n\n" if name in BLOCKS else ""


def replace_tags(text: str) -> str:
    """Replace tags by what they stand for, and remove elements that are not shown."""
    if "<" not in text:
        return text
    if "display" in text:
        text = HIDDEN.sub("", text)
    text = CODE.sub(literal, text)
    return TAG.sub(tag_words, SUPERSCRIPT.sub(superscript, text))


def literal(code: re.Match) -> str:
    """Code whose underscores are no markup of magic words."""
    return code.group().replace("__", "&#95;&#95;")


def superscript(match: re.Match) -> str:
    """10<sup>6</sup> is not 106, but 19<sup>th</sup> is 19th."""
    before = match.string[max(0, match.start() - 12) : match.start()]
    content = match.group(1)
    return power(content) if BASE.search(before) else content


def power(content: str) -> str:
    """A superscript, with the sign of a power where it is one."""
    plain = html.unescape(content.replace("{{minus}}", "−").replace("''", "")).strip()
    return f"^{plain}" if POWER.fullmatch(plain) else content


def tag_words(tag: re.Match) -> str:
    """What a tag of small print, a list item or a paragraph is replaced by."""
    name = tag.group(2).lower()
    if name in ("li", "dd", "dt"):
        return "\n" if tag.group(1) else "\n* "
    if name in ("ul", "ol", "dl"):
        return "\n"
    if name == "br":
        return " "
    return "\n\n" if name in PARTING else ""
