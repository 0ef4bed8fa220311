"""Extract the articles of a Wikipedia dump as plain text.

    python -m scripts.corpus.extract_articles enwiki.xml.bz2 -o enwiki.jsonl.zst \
        --statistics enwiki.json --processes 4

Reads any MediaWiki pages-articles export (.xml, .xml.bz2, .xml.gz, .xml.zst) as a stream and writes
one article a line: id, title, url, text with a line a paragraph. Redirects, disambiguation pages,
other namespaces and articles of fewer than --min-words words are left out. The output is the same
bytes at any number of processes. Of a large file, .xml or .xml.bz2, several jobs can read a range each:
--number 0 --ranges 16 and so on; their outputs one behind the other have the file's articles.
"""

import json
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from scripts.common import cli
from scripts.common.atomic import write_text
from scripts.common.errors import UserError
from scripts.common.pool import batches, ordered_map
from scripts.common.settings import setting
from scripts.common.text import zstd_writer
from scripts.corpus.dump.pages import Page, Site, read_pages
from scripts.corpus.files.articles import Article, to_line
from scripts.corpus.wikitext.languages import REDIRECT, is_disambiguation
from scripts.corpus.wikitext.reader import paragraphs

BATCH = 1 << 19  # characters of wikitext that go to a worker at a time
LOGGED = 10_000  # pages between two lines of progress

WORDLESS = (6, 14)  # the namespaces, by number, whose links have no words: files and categories
COUNTS = (
    "pages", "other_namespaces", "other_models", "redirects", "disambiguations", "empty", "short",
    "failed", "articles", "paragraphs", "words", "characters", "wikitext_characters",
)  # fmt: skip


@dataclass(frozen=True)
class Settings:
    """What decides how a page becomes an article."""

    lists: str = setting(
        "sentences",
        "of lists, keep the items that are sentences, or none",
        enum=["sentences", "drop"],
    )
    min_words: int = setting(20, "shorter articles are left out", minimum=0)
    max_failed: float = setting(0.001, "share of articles that may fail", minimum=0, maximum=1)


@dataclass
class Extracted:
    """A batch's articles as lines of JSON, what became of its pages, and which of them failed."""

    lines: list[str] = field(default_factory=list)
    counts: Counter = field(default_factory=Counter)
    failed: list[dict[str, str]] = field(default_factory=list)


def extract_articles(
    dump: Path,
    /,
    output: Path,
    statistics: Path,
    settings: Settings,
    processes: int = 1,
    number: int = 0,
    ranges: int = 1,
) -> dict:
    """Write the articles of `dump`, or of one of so many ranges, and return the statistics, written too.

    Raises UserError where the dump is damaged, has no article, or too large a share of them fail.
    """
    total = Extracted()
    with zstd_writer(output) as file:
        pages = read_pages(dump, processes, number, ranges)
        work = batches(pages, lambda found: len(found[1].text) + 200, BATCH)
        for done in ordered_map(partial(extract_batch, settings), work, processes):
            file.writelines(done.lines)
            before = total.counts["pages"] // LOGGED
            total.counts.update(done.counts)
            total.failed.extend(done.failed)
            for page in done.failed:
                cli.log.warning("page %(id)s (%(title)s) failed: %(error)s", page)
            if total.counts["pages"] // LOGGED > before:
                cli.log.info("%(pages)d pages, %(articles)d articles", total.counts)
        refuse_too_little(dump, total, settings.max_failed, whole=ranges == 1)
        result = {key: total.counts[key] for key in COUNTS} | {"failed_pages": total.failed}
        write_text(statistics, json.dumps(result, ensure_ascii=False, indent=1) + "\n")
    cli.log.info("%s: %s", dump, ", ".join(f"{total.counts[key]} {key}" for key in COUNTS))
    return result


def refuse_too_little(dump: Path, total: Extracted, max_failed: float, whole: bool) -> None:
    """Refuse a dump of which too little came out; of a range of one, that is not whole, nothing may."""
    tried = total.counts["failed"] + total.counts["articles"] + total.counts["short"]
    if total.counts["failed"] > max_failed * tried:
        titles = ", ".join(page["title"] for page in total.failed[:5])
        raise UserError(
            f"{dump}: {total.counts['failed']} of {tried} articles failed ({titles}, …), which is "
            f"more than corpus.extract.max_failed ({max_failed:g}); the log lists them"
        )
    if whole and not total.counts["articles"]:
        raise UserError(
            f"{dump}: no article found in {total.counts['pages']} pages; "
            "is it a pages-articles dump, and is corpus.extract.min_words small enough?"
        )


def extract_batch(settings: Settings, batch: list[tuple[Site, Page]]) -> Extracted:
    result = Extracted()
    site, _ = batch[-1]
    names = {number: name.lower() for number, name in site.namespaces.items()}
    namespaces = frozenset(names.values()) - {""}
    wordless = frozenset(names[number] for number in WORDLESS if number in names)
    base = site.base.rpartition("/")[0]
    lists = settings.lists == "sentences"
    for _, page in batch:
        result.counts["pages"] += 1
        kind = kind_of(page, namespaces)
        if kind != "article":
            result.counts[kind] += 1
            continue
        try:
            lines = paragraphs(page.text, page.title, wordless, lists)
        except MemoryError:
            raise
        except Exception as error:  # one page's defect must not end a day's work
            result.counts["failed"] += 1
            reason = f"{type(error).__name__}: {error}"[:200]
            result.failed.append({"id": page.id, "title": page.title, "error": reason})
            continue
        words = sum(line.count(" ") + 1 for line in lines)
        if words < settings.min_words:
            result.counts["short"] += 1
            continue
        url = f"{base}?curid={page.id}" if base else ""
        article = Article(page.id, page.title, url, "\n".join(lines))
        result.lines.append(to_line(article))
        result.counts["articles"] += 1
        result.counts["paragraphs"] += len(lines)
        result.counts["words"] += words
        result.counts["characters"] += len(article.text)
        result.counts["wikitext_characters"] += len(page.text)
    return result


def kind_of(page: Page, namespaces: frozenset[str]) -> str:
    if page.namespace is None:
        prefix = page.title.partition(":")[0].lower() if ":" in page.title else ""
        if prefix in namespaces:
            return "other_namespaces"
    elif page.namespace != 0:
        return "other_namespaces"
    if page.redirect or REDIRECT.match(page.text):
        return "redirects"
    if page.model != "wikitext":
        return "other_models"
    if not page.text.strip():
        return "empty"
    if is_disambiguation(page.title, page.text):
        return "disambiguations"
    return "article"


main = cli.step(extract_articles, number="the range's, from 0", ranges="that the file is cut into")
