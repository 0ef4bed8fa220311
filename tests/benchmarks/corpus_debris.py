# ruff: noqa: RUF001
"""Count what is left of markup in the text of a dump: wikiextractor alone, and extract_articles.

python -m tests.benchmarks.corpus_debris ../shared/data/wikipedia/enwiki-206-pages.xml.bz2

Prints a table; the ways of counting are regular expressions of this file, which neither side uses.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import unicodedata
from pathlib import Path

from scripts.corpus.dump.pages import Page, read_pages
from tests.corpus.dumps import read_articles

PATTERNS = {
    "empty brackets `()`": r"\(\s*\)|\[\s*\]",
    "brackets that begin or end with a comma or semicolon": r"\(\s*[,;:]|[,;:]\s*\)",
    "`formula_N`, `codice_N`": r"\b(?:formula|codice)_\d+",
    "entities": r"&(?:[a-zA-Z]{2,8}|#\d+|#x[0-9a-fA-F]+);",
    "no-break and other special spaces": r"[\u00a0\u2000-\u200a\u202f\u3000]",
    "invisible and control characters": r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u2028-\u202e\u2060\ufeff]",
    "braces, link brackets, tags, quote marks of wikitext": r"\{\{|\}\}|\[\[|\]\]|\{\||\|\}|'{2,}|</?[a-z]+[^<>]*>",
    "table and picture attributes": r"\b(?:colspan|rowspan|style|align|class|width)=|\|thumb|\bthumb\||\d+px\b",
    "straight quotes": r'"',
    "holes before punctuation (`of ;`, `about ,`)": r"\b(?:of|about|the|than|approximately|an|at) ?[;,.)](?= |$)| [,;](?= )",
    "lines that end without punctuation": r"[^\W_]$",
}
MEASURE = r"\b{}(?:[–-][\d.,]+| (?:to|by|and|or|×) [\d.,]+)?[ -](?:[^\W\d_]|°)"
SPACE = re.compile(r"\s+")


def by_wikiextractor(dump: Path) -> dict[str, str]:
    """Title to text, by wikiextractor's command line with its templates off."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "wikiextractor.WikiExtractor", "--json", "--no-templates"]
        command += ["--processes", "2", "-q", "-o", folder, str(dump)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        lines = [line for file in sorted(Path(folder).rglob("wiki_*")) for line in file.open("rb")]
    articles = map(json.loads, lines)
    return {article["title"]: article["text"] for article in articles}


def by_us(dump: Path) -> dict[str, str]:
    """Title to text, by extract_articles."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder, "a.jsonl.zst")
        command = [sys.executable, "-m", "scripts.corpus.extract_articles", str(dump)]
        command += ["-o", str(output), "--statistics", f"{folder}/a.json", "--processes", "2"]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
        return {article.title: article.text for article in read_articles(output)}


def prose_lines(wikitext: str) -> str:
    """The wikitext's lines outside of tables, infoboxes and references, roughly."""
    text = re.sub(r"<ref[^<>]*/>|<ref.*?</ref>|<!--.*?-->", "", wikitext, flags=re.DOTALL)
    text = re.sub(r"^\{\|.*?^\|\}", "", text, flags=re.DOTALL | re.MULTILINE)
    return "\n".join(line for line in text.split("\n") if not re.match(r"\s*[|!{}]", line))


def measures(pages: list[Page]) -> list[tuple[str, str]]:
    """Title and number of every {{convert}} in prose."""
    return [
        (page.title, match.group(1))
        for page in pages
        for match in re.finditer(r"\{\{(?:convert|cvt)\|([\d.,]+)\|", prose_lines(page.text), re.I)
    ]


def bare(text: str) -> str:
    """A text without the commas that part thousands."""
    return re.sub(r"(?<=\d),(?=\d{3})", "", text)


def headings(pages: list[Page]) -> set[tuple[str, str]]:
    """Title and text of every heading."""
    return {
        (page.title, match.group(1))
        for page in pages
        for match in re.finditer(r"^=+\s*(.*?)\s*=+\s*$", page.text, re.MULTILINE)
    }


def items(pages: list[Page]) -> list[tuple[str, str]]:
    """Title and first words of every list item of six words or more, outside of references."""
    found = []
    for page in pages:
        end = re.search(r"^==\s*(See also|References|Notes|External links|Further reading|Bibl)",
                        page.text, re.MULTILINE)  # fmt: skip
        for line in prose_lines(page.text[: end.start() if end else None]).split("\n"):
            if line[:1] in ("*", "#"):
                line = re.sub(r"\[\[(?:[^][|]*\|)?([^][]*)\]\]", r"\1", line.strip("*#: "))
                line = re.sub(r"\{\{.*?\}\}|'{2,}|\[\S+ |\]", "", line)
                words = line.split()
                if len(words) >= 6 and "[[" not in line:
                    found.append((page.title, " ".join(words[:3])))
    return found


def counts(texts: dict[str, str], pages: list[Page]) -> dict[str, str]:
    """Each kind of debris, and what was kept, in the order of the table."""
    everything = "\n".join(texts.values())
    flat = {title: SPACE.sub(" ", text) for title, text in texts.items()}
    lines = {
        (title, line.rstrip(".")) for title, text in texts.items() for line in text.split("\n")
    }
    result = {"articles": f"{len(texts):,}", "characters": f"{len(everything):,}"}
    for name, pattern in PATTERNS.items():
        result[name] = f"{len(re.findall(pattern, everything, re.MULTILINE)):,}"
    result["lines not in Unicode's NFC"] = str(
        sum(not unicodedata.is_normalized("NFC", line) for line in everything.split("\n"))
    )
    result["headings left as sentences"] = f"{len(headings(pages) & lines):,}"
    kept = [
        bool(re.search(MEASURE.format(re.escape(bare(number))), bare(flat.get(title, ""))))
        for title, number in measures(pages)
    ]
    result["`{{convert}}` in prose with number and unit"] = f"{sum(kept)} of {len(kept)}"
    kept = [start in flat.get(title, "") for title, start in items(pages)]
    result["list items of six words or more"] = f"{sum(kept)} of {len(kept)}"
    pattern = re.compile(r"\{\{\s*(?:[a-z-]*dis|disambig\w*|hndis|geodis|dab)\s*(?:\||\}\})", re.I)
    pages_left = [page for page in pages if pattern.search(page.text) and page.title in texts]
    result["disambiguation pages"] = str(len(pages_left))
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dump", type=Path)
    dump = parser.parse_args().dump
    pages = [page for _, page in read_pages(dump) if not page.redirect]
    theirs = counts(by_wikiextractor(dump), pages)
    ours = counts(by_us(dump), pages)
    print("| | wikiextractor 3.1.0 | extract_articles |\n| --- | --- | --- |")
    for name in theirs:
        print(f"| {name} | {theirs[name]} | {ours[name]} |")


if __name__ == "__main__":
    main()
