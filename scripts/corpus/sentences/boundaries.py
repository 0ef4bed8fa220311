# ruff: noqa: RUF001
"""Where sentences end: decisions on one candidate place at a time.

A candidate is white space behind a full stop, an exclamation or question mark or an ellipsis, with
the quotes and brackets that close behind it; in scripts that write without spaces, the place behind
such a mark; and a full stop between words whose space was forgotten. The words beside it decide.
"""

import re
from functools import cache
from importlib import import_module
from types import SimpleNamespace

from scripts.common.data import data_yaml

WORDS: dict[str, str] = data_yaml(__file__, "word_lists.yaml")
LISTS = SimpleNamespace(**{name: frozenset(line.split()) for name, line in WORDS.items()})

CLOSERS = "\"'”’»)]›」』）】］*"
OPENERS = "\"'“‘«„([¿¡‹「『（【‚*"
CLOSING = re.escape(CLOSERS)
OPENING = re.escape(OPENERS)
DASHES = "-–—"
SPACELESS = "。！？｡።፧፨။"
# Armenian sentences end with what is a colon elsewhere, and Greek questions with a semicolon.
ARMENIAN = "\u0531-\u0589"
GREEK = "\u0370-\u03ff\u1f00-\u1fff"

CANDIDATE = re.compile(
    rf"[.!?…؟۔।॥։።᙮‽][{CLOSING}]*\s+"
    rf"|:(?:(?<=[{ARMENIAN}]:)|(?<=[{ARMENIAN}][».]:))[{CLOSING}]*\s+"
    rf"|[;\u037e](?<=[{GREEK}].)[{CLOSING}]*\s+(?=[{OPENING}]*[{GREEK}])"
    rf"|[{SPACELESS}]+[{CLOSING}]*\s*(?=\S)"
    r"|(?<=[a-z]{3})[.!?](?=[A-Z][a-z]+[ ,])"
)
WORD = re.compile(r"[^\W_][\w'’-]*")
INITIALS = re.compile(r"(?:[^\W\d_]{1,2}\.-?)+[^\W\d_]{1,2}")
ROMAN = re.compile(r"[IVXLC]+")
ENUMERATION = re.compile(r"[(\[]?(?:\d{1,3}|[^\W\d_]|[IVX]{1,4})[.)\]]+")
ABBREVIATED = re.compile(r"[^\W\d_][^\W\d_]*(?:[.-][^\W\d_]+)*\.")
PART = re.compile(r"/|(?<=[a-z])-(?=[A-Z])")  # "Records/I.O.U.", "ex-St.", "Lt-Gen."
NICKNAME = re.compile(r"[A-Z][\w.]* ?[\w.]*[\"'”’)] [A-Z]")
ARMENIAN_STOP = re.compile(rf"[{ARMENIAN}]\.+$")
NEAR = 60  # characters before a place that can decide about it
YEAR = re.compile(r"1\d{3}|20\d\d")
ABBREVIATIONS = LISTS.always | LISTS.before_numbers | LISTS.before_names


def ends_sentence(before: str, after: str, spaced: bool = True) -> bool:
    """Whether a sentence ends between two stretches of text.

    `before` goes up to the place, with its mark and closing signs but without the white space;
    `after` begins there and goes on for as long as the caller has text. `spaced` says whether
    there is white space between them.
    """
    before = before[-NEAR:]
    core = before.rstrip(CLOSERS)
    mark = core[-1:]
    if mark in SPACELESS:
        return True
    head = core.rstrip(".!?…")
    word = PART.split(head[head.rfind(" ") + 1 :])[-1].lstrip(OPENERS).rstrip(CLOSERS)
    if not spaced:
        return word[:1].islower() or first_word(after) in LISTS.starters
    rest = after.lstrip(OPENERS + DASHES + " ")
    first = rest[:1]
    if after[0] in "([" and not whole_in_brackets(after):
        return mark == "." and first_word(rest) in LISTS.starters and not is_initial(rest)
    if not first or first in ",;:.)]":
        return False
    if first.islower() and not rest[1:2].isupper():
        return mark == "." and ends_before_lower_case(word, core, before, after)
    if ARMENIAN_STOP.search(core):
        return False  # a semicolon, or an abbreviation
    if mark not in ".…" or core.endswith("..."):
        return ends_after_shout_or_ellipsis(core, head, word, rest)
    if core != before and ")" not in before[len(core) :]:
        # A closing quote: "lit." in quotes, and little else.
        return word.lower() not in LISTS.always
    return not stop_belongs_to_word(before, word, rest, opened=rest is not after)


def first_word(text: str) -> str:
    match = WORD.match(text)
    return match.group() if match else ""


def whole_in_brackets(after: str) -> bool:
    """Whether what begins with a bracket is a sentence of its own: the bracket closes behind a mark,
    or not yet."""
    end = min((place for place in map(after.find, ")]") if place > 0), default=0)
    if not end:
        return after[1:2].isupper() or after[1:2] in OPENERS
    return after[:end].rstrip(CLOSERS)[-1:] in (".", "!", "?", "…") and not INITIALS.fullmatch(
        after[1:end].rstrip(".")
    )


def ends_before_lower_case(word: str, core: str, before: str, after: str) -> bool:
    """Whether a sentence ends before a lower-case letter, where somebody forgot the capital.

    Only behind a word that is too long for an abbreviation, or before a word that begins sentences.
    """
    if first_word(after) in LISTS.forgotten and core == before:
        return YEAR.fullmatch(word) is not None or (
            len(word) > 3 and word.isalpha() and word.lower() not in ABBREVIATIONS
        )
    long = len(word) > 6 and word.isalpha() and word[1:].islower()
    return long and core == before and after[0].islower() and word.lower() not in LISTS.always


def ends_after_shout_or_ellipsis(core: str, head: str, word: str, rest: str) -> bool:
    """Whether a sentence ends behind "!", "?" or "..." and before a capital."""
    if not word:
        # " ... " or " [...] ": what was left out may have held the sentence's end.
        words = head.rstrip(OPENERS + " ").split()
        last = words[-1] if words and core.endswith(("...", "…")) else "the"
        return last not in LISTS.function_words and last[-1] not in ",;:"
    if core.endswith(("...", "…")):
        return word not in LISTS.function_words
    return word.lower() not in LISTS.shouts or first_word(rest) in LISTS.starters


def stop_belongs_to_word(before: str, word: str, rest: str, opened: bool) -> bool:
    """Whether the full stop behind `word` is part of it, with `rest` going on in the sentence."""
    lower = word.lower()
    if not word:
        return False
    foreign = lower in foreign_abbreviations() and is_foreign(lower, before)
    if len(word) > 3 and lower == word and lower.isalpha() and lower not in ABBREVIATIONS:
        return foreign
    if ENUMERATION.fullmatch(before):
        return True  # "1. The first", "a) The first"
    following = first_word(rest)
    starter = following in LISTS.starters and not is_initial(rest)
    if lower.isdecimal():
        return is_ordinal(before, following)
    if len(word) == 1:
        return letter_is_initial(before, word, rest, following, starter, opened)
    if lower in LISTS.always:
        restarts = following.lower() in LISTS.restarts and lower not in LISTS.linking
        return not (restarts or (starter and word.isalpha() and word.isupper()))
    if lower in LISTS.before_numbers and (following[:1].isdigit() or ROMAN.fullmatch(following)):
        return True
    if lower in LISTS.before_names or (
        word[0].isupper() and (lower in LISTS.names or lower in LISTS.months)
    ):
        return not starter and not opened
    if foreign:
        return not starter and not opened
    if INITIALS.fullmatch(word):
        # "U.S. Army", "U.S. 15"; but "in the U.S. The army".
        return following in LISTS.titles or (not starter and not opened)
    return False


@cache
def foreign_abbreviations() -> dict[str, list[frozenset[str]]]:
    """Abbreviations of German, Spanish and Danish in spaCy's data, each with its languages' stop words."""
    found: dict[str, list[frozenset[str]]] = {}
    for language in ("de", "es", "da"):
        exceptions, stop_words = (
            import_module(f"spacy.lang.{language}.{name}")
            for name in ("tokenizer_exceptions", "stop_words")
        )
        for word in filter(ABBREVIATED.fullmatch, exceptions.TOKENIZER_EXCEPTIONS):
            found.setdefault(word[:-1].lower(), []).append(frozenset(stop_words.STOP_WORDS))
    return found


def is_foreign(abbreviation: str, before: str) -> bool:
    """Whether an abbreviation stands behind words of a language that has it, and no English ones."""
    english = import_module("spacy.lang.en.stop_words").STOP_WORDS
    if len(before) == NEAR:
        before = before.partition(" ")[2]  # its first word may be a part of one
    words = set(before.lower().split())
    return any(
        words & stop_words - english and not words & english - stop_words
        for stop_words in foreign_abbreviations().get(abbreviation, ())
    )


def is_initial(rest: str) -> bool:
    """Whether a text begins with an initial: "A. Hoffmann"."""
    return rest[1:2] == "." and rest[:1].isupper()


def is_ordinal(before: str, following: str) -> bool:
    """Whether a number with a stop is an ordinal, as in German: "am 3. Oktober"."""
    words = before.split()
    if len(words[-1]) > 3:
        return False
    return following in LISTS.ordinal_nouns or (len(words) > 1 and words[-2] in LISTS.ordinal_words)


def letter_is_initial(
    before: str, word: str, rest: str, following: str, starter: bool, opened: bool
) -> bool:
    """Whether a single letter with a stop is an initial or an abbreviation, and no name's end."""
    if word.islower():
        # "(b. 1956", "c. 12 March", "Brown v. Board", "z. B. Wien"
        led = before[-3:-2] in ("(", "[", "") or before[-4:-3] in (",", ";", "(")
        return word == "v" or following[:1].isdigit() or led or is_initial(rest)
    if not word.isupper() or starter:
        return False
    if opened and not is_initial(rest) and not NICKNAME.match(rest):
        return False
    words = before.split()
    last = words[-2].strip(OPENERS + CLOSERS) if len(words) > 1 else ""
    numeral = (word == "I" and last in LISTS.rulers) or (word in "IVX" and last in LISTS.marks)
    return not (numeral or last in LISTS.numeral_nouns)
