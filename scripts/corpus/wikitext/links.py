# ruff: noqa: RUF001
"""The words that links stand for."""

import re

from scripts.corpus.wikitext.clean_up import GONE
from scripts.corpus.wikitext.languages import FILES_AND_CATEGORIES, INTERWIKI, PROJECTS
from scripts.corpus.wikitext.quotes import line_without_quotes

# A label may hold single brackets, but neither it nor its link passes over the line's end.
EXTERNAL = re.compile(
    r"\[(?:(?:https?|ftps?|sftp|git|gopher|ircs?|mms|nntp|ssh|svn|telnet|wikipedia):(?=//)"
    r"|news:|mailto:|irc:|tel:|sips?:|sms:|xmpp:|magnet:|matrix:|bitcoin:|geo:|urn:|//)"
    r"[^\s\[\]<>\"]*[ \t]*((?>(?:[^\[\]\n]++|\[[^\[\]\n]*+\])*))\]",
    re.IGNORECASE,
)
UNCLOSED = re.compile(r"\[(?=[a-z]*:?//|mailto:)", re.IGNORECASE)
# Words of a link may hold single brackets: [[Help:IPA|[a]]].
LINK = re.compile(r"\[\[(?!https?://)((?>(?:[^\[\]]++|\[[^\[\]]*+\])*))\]\]")
MEDIA = re.compile(
    r"\.(?:jpe?g|png|gif|svg|tiff?|webp|xcf|og[gav]|opus|webm|wav|midi?|flac|mp[34]|pdf|djvu|stl)\s*$",
    re.IGNORECASE,
)
# [[Help:Title (kind)|]] and [[Title, place|]] read as "Title".
PIPE_TRICK = re.compile(
    r":?(?:[\w -]+:)?\s*(?P<words>.+?)(?: ?\([^()]*\)| ?（[^（）]*）)?(?:(?:, |，|، ).*)?"
)
DEPTH = 12


def replace_links(text: str, wordless: frozenset[str]) -> str:
    """Replace every link by its words, the innermost first, in time linear in the text.

    `wordless` are the lower-case names of the namespaces of files and categories, besides those
    that are known in any language.
    """

    def replace(match: re.Match) -> str:
        return link_words(match.group(1), wordless)

    for _ in range(DEPTH):
        if "[[" not in text:
            return text
        text, count = LINK.subn(replace, text)
        if not count:
            break
    return text


def replace_external_links(text: str) -> str:
    """Replace links to other sites by their labels; those without one leave nothing."""
    return UNCLOSED.sub("", EXTERNAL.sub(lambda match: match.group(1) or GONE, text))


def link_words(body: str, wordless: frozenset[str]) -> str:
    """What `[[body]]` reads as."""
    target, bar, label = body.partition("|")
    target = target.strip()
    if label:
        words = line_without_quotes(label) if "''" in label else label
    elif bar:
        trick = PIPE_TRICK.fullmatch(target)
        words = trick.group("words") if trick else target
    else:
        words = target.removeprefix(":").replace("''", "&#39;&#39;")
    prefix, colon, _ = target.partition(":")
    if not prefix or not colon:
        return words
    name = prefix.replace("_", " ").strip().lower()
    if name in FILES_AND_CATEGORIES or name in wordless:
        return GONE
    if name in PROJECTS:
        return words
    # [[de:Titel]] lists the page's translations, whatever its label is.
    if prefix.islower() and INTERWIKI.fullmatch(name):
        return GONE
    return GONE if MEDIA.search(target) and name not in ("media", "special") else words
