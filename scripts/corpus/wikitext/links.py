"""The words that links stand for."""

import re

from scripts.corpus.wikitext.languages import FILE_NAMES, INTERWIKI, PROJECTS

# A label may hold single brackets, but neither it nor its link passes over the line's end.
EXTERNAL = re.compile(
    r"\[(?:https?:|ftps?:|news:|mailto:|irc:|tel:|geo:|urn:|//)[^\s\[\]<>\"]*[ \t]*"
    r"((?:[^\[\]\n]++|\[[^\[\]\n]*+\])*+)\]",
    re.IGNORECASE,
)
UNCLOSED = re.compile(r"\[(?=[a-z]*:?//|mailto:)", re.IGNORECASE)
# Words of a link may hold single brackets: [[Help:IPA|[a]]].
LINK = re.compile(r"\[\[((?:[^\[\]]++|\[[^\[\]]*+\])*+)\]\]")
DEPTH = 12


def replace_links(text: str, dropped: frozenset[str]) -> str:
    """Replace every link by its words, the innermost first, in time linear in the text.

    `dropped` are the lower-case names of the namespaces whose links have no words: files,
    categories, templates. A link whose prefix is no namespace is a title with a colon in it.
    """

    def replace(match: re.Match) -> str:
        return link_words(match.group(1), dropped)

    if "[" in text:
        text = UNCLOSED.sub("", EXTERNAL.sub(r"\1", text))
    for _ in range(DEPTH):
        if "[[" not in text:
            return text
        text, count = LINK.subn(replace, text)
        if not count:
            break
    return text


def link_words(body: str, dropped: frozenset[str]) -> str:
    """What `[[body]]` reads as."""
    target, bar, label = body.partition("|")
    colon = target.find(":")
    if colon < 0:
        if not bar:
            return target.lstrip("#") if target[:1] == "#" else target
        return label or pipe_trick(target)
    leading = colon == 0
    if leading:
        target = target[1:]
        colon = target.find(":")
    prefix = target[:colon].strip(" _").lower() if colon > 0 else ""
    if prefix in FILE_NAMES or prefix in dropped:
        return ""
    if prefix and (
        prefix in PROJECTS or (target[:colon].islower() and INTERWIKI.fullmatch(prefix))
    ):
        # [[de:Titel]] lists the page's translations; [[:de:Titel|words]] is part of a sentence.
        if bar and label:
            return label
        return target[colon + 1 :] if leading or (prefix in PROJECTS and not bar) else ""
    return label if bar and label else target


def pipe_trick(target: str) -> str:
    """[[Title (kind)|]] reads as "Title"."""
    return re.sub(r"\s*\([^()]*\)$", "", target)
