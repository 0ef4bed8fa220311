"""Sentences from templates, and what the encyclopaedia's markup makes of them.

A template is text with alternatives `[built|put up|]`, slots `{year}` and synonyms `<famous>`. A
slot's value may hold spans: a link or an inline template with its plain reading, so that one
sentence serves as wikitext in an article and as plain text in a task.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

from scripts.sample.world.draw import Draw
from scripts.sample.world.words import SYNONYMS

SPAN = re.compile("\x02(.)([^\x1f]*)\x1f([^\x03]*)\x03")
SPLIT = re.compile(r"([\[\]|<>{}])")
NAMED = {"{": "slot", "<": "synonym"}
VOWEL_SOUND = re.compile(r"(?:[aeio]|u(?!ni|se|ti)|8|11\b|18(?!\d)|hour|hon[eo]|heir)", re.I)
CONSONANT_SOUND = re.compile(r"(?:one\b|once\b|eu)", re.I)
ARTICLE = re.compile("\\b([Aa]) ((?:\x02.[^\x1f]*\x1f|[\"'(]|'')*)(\\w+)")

Slots = Mapping[str, str]


def link(title: str, text: str = "", kind: str = "L") -> str:
    """A span that becomes a link to `title`, and reads `text`; of the kind `J` it is in italics."""
    return f"\x02{kind}{title}\x1f{text or title}\x03"


def template(call: str, text: str) -> str:
    """A span that becomes the inline template `{{call}}`, and reads `text`."""
    return f"\x02T{call}\x1f{text}\x03"


def emphasis(text: str) -> str:
    return f"\x02I\x1f{text}\x03"


def replace_spans(text: str, render: Callable[[str, str, str], str]) -> str:
    """The text with each span replaced by render(kind, target, plain reading)."""
    return SPAN.sub(lambda match: render(match[1], match[2], match[3]), text)


def sentence(draw: Draw, text: str, slots: Slots) -> str:
    """A template as a finished sentence, with choices and synonyms drawn and slots filled."""
    return finish("".join(filled(draw, parse(text), slots)))


def filled(draw: Draw, nodes: tuple, slots: Slots) -> Iterator[str]:
    for kind, value in nodes:
        if kind == "text":
            yield value
        elif kind == "slot":
            yield slots[value]
        elif kind == "synonym":
            yield draw.pick(SYNONYMS[value])
        else:
            yield from filled(draw, draw.pick(value), slots)


@lru_cache(maxsize=8192)
def parse(text: str) -> tuple:
    """A template as nested tuples: (text, words), (slot, name), (synonym, word), (choice, options).

    Raises ValueError where a choice is not closed.
    """
    return parse_options(iter(SPLIT.split(text)), inner=False)[0]


def parse_options(tokens: Iterator[str], inner: bool) -> tuple[tuple, ...]:
    """The options of a choice, up to its end; or what stands outside of all, as the only one."""
    options: list[list] = [[]]
    for token in tokens:
        if token == "[":
            options[-1].append(("choice", parse_options(tokens, inner=True)))
        elif token == "|" and inner:
            options.append([])
        elif token == "]" and inner:
            return tuple(map(tuple, options))
        elif token in NAMED:
            options[-1].append((NAMED[token], next(tokens)))
            next(tokens)  # the closing bracket
        elif token:
            options[-1].append(("text", token))
    if inner:
        raise ValueError(f"unclosed [ in a template, before {options[-1]}")
    return tuple(map(tuple, options))


def finish(text: str) -> str:
    """Choose between a and an, drop doubled spaces, begin with a capital."""
    text = re.sub("  +", " ", text).replace(" ,", ",").replace(" .", ".").strip()
    return capital(ARTICLE.sub(article, text))


def article(match: re.Match) -> str:
    """`a` or `an`, by the sound of the word that follows."""
    letter, marks, word = match.groups()
    vowel = VOWEL_SOUND.match(word) and not CONSONANT_SOUND.match(word)
    return f"{letter}{'n' if vowel else ''} {marks}{word}"


def capital(text: str) -> str:
    """The text with its first letter in upper case, even inside a span."""
    start = 0
    while start < len(text) and text[start] in "\x02\"'(":
        start = text.index("\x1f", start) + 1 if text[start] == "\x02" else start + 1
    return text[:start] + text[start : start + 1].upper() + text[start + 1 :]
