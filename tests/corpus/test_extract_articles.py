# ruff: noqa: RUF001
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from scripts.common.errors import UserError
from scripts.corpus import extract_articles as step
from scripts.corpus.files.articles import Article, to_line
from tests.corpus.dumps import BARE, articles, dump, many, page, read_articles, write

SETTINGS = step.Settings(lists="sentences", min_words=5, max_failed=0.0)


def extract(path, processes=1, settings=SETTINGS):
    """The articles of a dump and its statistics."""
    folder = path.parent / f"out{processes}"
    output, statistics = folder / "a.jsonl.zst", folder / "a.json"
    result = step.extract_articles(path, output, statistics, settings, processes)
    assert json.loads(statistics.read_text()) == result
    return list(read_articles(output)), result


def test_articles_have_what_their_pages_say(tmp_path):
    (first, second), _ = extract(write(tmp_path / "d.xml.bz2", many(2)))
    assert (first.id, first.title) == ("1", "Title 1")
    assert first.url == "https://en.wikipedia.org/wiki?curid=1"
    assert second.text == (
        "Place 2 is a town in the north. It has 2 square kilometres of land.\n"
        "The town was founded in 2. Its first mayor was Doe, who came from the south."
    )


def test_what_is_no_article_is_left_out_and_counted(tmp_path):
    text = "A sentence of more than five words."
    data = dump(
        page(1, "A", text),
        page(2, "R", "#REDIRECT [[A]]"),
        page(3, "R", text, '<redirect title="A" />'),
        page(4, "Template:A", text, namespace=10),
        page(5, "D", text + "{{disambiguation}}"),
        page(6, "E", " \n"),
        page(7, "S", "Too few words."),
        page(8, "Category:A", text, namespace=None),
        page(9, "J", text).replace("wikitext", "json"),
        page(10, "Template of a thing", text),
        page(11, "Colon: a title", text, namespace=None),
    )
    found, statistics = extract(write(tmp_path / "d.xml", data))
    assert [article.id for article in found] == ["1", "10", "11"]
    expected = {
        "pages": 11,
        "redirects": 2,
        "other_namespaces": 2,
        "other_models": 1,
        "disambiguations": 1,
        "empty": 1,
        "short": 1,
        "failed": 0,
        "articles": 3,
        "paragraphs": 3,
        "words": 21,
    }
    assert {key: statistics[key] for key in expected} == expected


@pytest.mark.parametrize(
    ("language", "wikitext", "plain"),
    [
        ("de", "'''Köln''' ({{enS|Cologne}}) ist eine Stadt am [[Rhein]].[[Datei:x.jpg|mini|Dom]]\n\n"
         "== Einzelnachweise ==\n<references />\n[[Kategorie:Ort]]",
         "Köln (Cologne) ist eine Stadt am Rhein."),
        ("fr", "'''Lyon''' est une commune de {{unité|47.87|km|2}} peuplée au {{s-|XIX|e}}.\n"
         "== Liens externes ==\n* [http://a.fr Site officiel de la ville de Lyon]\n",
         "Lyon est une commune de 47.87 km^2 peuplée au XIXe siècle."),
        ("ru", "'''Москва́''' — столица [[Россия|России]], город {{s|федерального значения}}.\n"
         "[[Файл:x.jpg|мини|Кремль]]\n== Примечания ==\n{{примечания}}",
         "Москва́ — столица России, город федерального значения."),
        ("ja", "'''東京'''（とうきょう、{{lang-en-short|Tokyo}}）は[[日本]]の[[首都]]である。\n== 脚注 ==\n{{Reflist}}",
         "東京（とうきょう、Tokyo）は日本の首都である。"),
        ("ar", "'''القاهرة''' هي [[عاصمة]] [[مصر|جمهورية مصر العربية]] وأكبر مدنها.\n== مراجع ==\n{{مراجع}}",
         "القاهرة هي عاصمة جمهورية مصر العربية وأكبر مدنها."),
        ("fa", "'''تهران''' پایتخت [[ایران]] است و می‌تواند بزرگ‌ترین شهر باشد.\n",
         "تهران پایتخت ایران است و می‌تواند بزرگ‌ترین شهر باشد."),
        ("hi", "'''दिल्ली''' [[भारत]] की राजधानी और एक बड़ा नगर है।\n", "दिल्ली भारत की राजधानी और एक बड़ा नगर है।"),
    ],
)  # fmt: skip
def test_other_languages(tmp_path, language, wikitext, plain):
    head = BARE.replace("<mediawiki", f'<mediawiki xml:lang="{language}"') + (
        "<siteinfo><namespaces><namespace key='6'>Datei</namespace><namespace key='7'>Файл"
        "</namespace><namespace key='14'>Kategorie</namespace></namespaces></siteinfo>"
    )
    path = write(tmp_path / "d.xml", dump(page(1, "A", wikitext), head=head))
    settings = step.Settings(lists="sentences", min_words=1, max_failed=0.0)
    assert [article.text for article in extract(path, settings=settings)[0]] == [plain]


def test_the_same_bytes_at_any_number_of_processes(tmp_path, monkeypatch):
    monkeypatch.setattr(step, "BATCH", 5000)
    path = write(tmp_path / "d.xml.bz2", many(200))
    for processes in (1, 2, 4):
        extract(path, processes)
    for name in ("a.jsonl.zst", "a.json"):
        outputs = {(tmp_path / f"out{processes}" / name).read_bytes() for processes in (1, 2, 4)}
        assert len(outputs) == 1


@pytest.mark.parametrize("processes", [1, 2])
def test_a_page_that_fails_is_counted_and_listed(tmp_path, monkeypatch, processes):
    monkeypatch.setattr(step, "paragraphs", fail_for_title_7)
    path = write(tmp_path / "d.xml", many(20))
    found, statistics = extract(path, processes, replace(SETTINGS, max_failed=0.05))
    assert len(found) == 19
    assert statistics["failed"] == 1
    assert statistics["failed_pages"] == [
        {"id": "7", "title": "Title 7", "error": "RecursionError: too deep"}
    ]


def fail_for_title_7(text, title, dropped, lists):
    if title == "Title 7":
        raise RecursionError("too deep")
    return [text]


@pytest.mark.parametrize("processes", [1, 2])
def test_a_page_for_which_memory_is_lacking_has_not_failed(tmp_path, monkeypatch, processes):
    def lack(text, title, dropped, lists):
        raise MemoryError

    monkeypatch.setattr(step, "paragraphs", lack)
    with pytest.raises(MemoryError):
        extract(write(tmp_path / "d.xml", many(3)), processes, replace(SETTINGS, max_failed=1.0))


def test_too_many_failures_are_an_error(tmp_path, monkeypatch):
    monkeypatch.setattr(step, "paragraphs", fail_for_title_7)
    path = write(tmp_path / "d.xml", many(20))
    with pytest.raises(UserError, match=r"1 of 20 articles failed \(Title 7.*max_failed"):
        extract(path, settings=replace(SETTINGS, max_failed=0.04))
    assert not list(tmp_path.rglob("*.zst"))
    assert not list(tmp_path.rglob("*.json"))


@pytest.mark.parametrize(
    ("about", "kind"),
    [
        ({}, "article"),
        ({"namespace": None}, "article"),
        ({"namespace": None, "title": "Thing: a film"}, "article"),
        ({"namespace": None, "title": "file:a"}, "other_namespaces"),
        ({"namespace": None, "title": "File"}, "article"),
        ({"namespace": 0, "title": "File:a"}, "article"),
        ({"namespace": 1}, "other_namespaces"),
        ({"namespace": -1}, "other_namespaces"),
        ({"redirect": True, "text": ""}, "redirects"),
        ({"text": "#REDIRECT [[A]]", "model": "json"}, "redirects"),
        ({"model": "json", "text": ""}, "other_models"),
        ({"text": " \n"}, "empty"),
        ({"title": "A (disambiguation)"}, "disambiguations"),
    ],
)
def test_what_a_page_is(about, kind):
    found = step.Page(**({"id": "1", "title": "A", "namespace": 0, "text": "Text."} | about))
    assert step.kind_of(found, frozenset(["file"])) == kind


def batch(*texts, **site):
    pages = [step.Page(str(n), f"Title {n}", 0, text=text) for n, text in enumerate(texts, 1)]
    return step.extract_batch(SETTINGS, [(step.Site(**site), one) for one in pages])


def test_a_batch_and_its_counts():
    done = batch("One two three four five.\n\nSix it is.", "One two three four.", "")
    article = Article("1", "Title 1", "", "One two three four five.\nSix it is.")
    assert done.lines == [to_line(article)]
    assert done.counts == {
        "pages": 3, "articles": 1, "short": 1, "empty": 1, "paragraphs": 2, "words": 8,
        "characters": 35, "wikitext_characters": 36,
    }  # fmt: skip
    assert done.failed == []
    assert (
        '"url": "http://a/w?curid=1"' in batch("Aa bb cc dd ee.", base="http://a/w/Main").lines[0]
    )


def test_words_of_links_by_the_namespaces_of_the_site():
    numbers = {-2: "Media", 0: "", 1: "Talk", 6: "Prent", 14: "Soort"}
    text = "".join(f"[[{name or 'x'}:a]] " for name in numbers.values()) + "is it."
    (line,) = batch(f"One two three {text}", namespaces=numbers).lines
    assert '"text": "One two three Media:a x:a Talk:a is it."' in line


def test_how_many_may_fail(tmp_path):
    total = step.Extracted(counts=Counter(failed=1, articles=7, short=2))
    step.refuse_too_little(tmp_path, total, 0.1, whole=True)
    total.counts.update(failed=1, articles=-1)
    total.failed = [{"title": f"T{number}"} for number in range(7)]
    with pytest.raises(UserError, match=r"2 of 10 articles failed \(T0, .*, T4, …\).* \(0\.1\)"):
        step.refuse_too_little(tmp_path, total, 0.1, whole=True)


def test_a_dump_without_articles_is_an_error(tmp_path):
    path = write(tmp_path / "d.xml", articles("#REDIRECT [[A]]"))
    with pytest.raises(UserError, match="no article found in 1 pages"):
        extract(path)


@pytest.mark.parametrize("processes", [1, 2])
def test_a_truncated_dump_leaves_no_output(tmp_path, processes):
    path = write(tmp_path / "d.xml.bz2", many(500))
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(UserError, match=r"d\.xml\.bz2: "):
        extract(path, processes)
    assert not list((tmp_path / f"out{processes}").iterdir())


def command(path, *flags):
    module = "scripts.corpus.extract_articles"
    outputs = ["-o", str(path.parent / "a.jsonl.zst"), "--statistics", str(path.parent / "a.json")]
    return [sys.executable, "-m", module, str(path), *outputs, *flags]


def test_the_command_line(tmp_path):
    path = write(tmp_path / "d.xml.bz2", many(30))
    log = tmp_path / "log" / "a.log"
    subprocess.run(command(path, "--processes", "2", "--log", str(log)), check=True)
    assert len(list(read_articles(tmp_path / "a.jsonl.zst"))) == 30
    assert "30 articles" in log.read_text()


def test_the_command_line_says_what_is_wrong_in_one_line(tmp_path):
    path = tmp_path / "d.xml"
    path.write_text("<mediawiki><page>")
    done = subprocess.run(command(path), capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert str(path) in done.stderr


@pytest.mark.parametrize("victim", ["parent", "worker"])
def test_killed_in_the_middle_it_leaves_no_output_and_no_process(tmp_path, victim):
    # The dump comes through a pipe that stays open: the step waits for more when it is killed.
    path = tmp_path / "d.xml"
    os.mkfifo(path)
    process = subprocess.Popen(
        command(path, "--processes", "2"), stderr=subprocess.PIPE, start_new_session=True
    )
    with suppress(BrokenPipeError), open(path, "wb") as pipe:
        pipe.write(many(3000).removesuffix(b"</mediawiki>\n"))
        pipe.flush()
        workers = wait_for_children(process.pid)
        if victim == "parent":
            process.kill()
        else:
            os.kill(workers[0], signal.SIGKILL)
            pipe.write(b"".join(page(n, f"More {n}", "x " * 3000).encode() for n in range(300)))
    error = process.stderr.read().decode()  # ends when the last of the processes does
    assert process.wait() == (-signal.SIGKILL if victim == "parent" else 1)
    assert victim == "parent" or "worker process was killed" in error
    assert not (tmp_path / "a.jsonl.zst").exists()
    assert not (tmp_path / "a.json").exists()


def wait_for_children(pid):
    """The ids of a process's children, as soon as it has two."""
    for _ in range(600):
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        if len(children) >= 2:
            return [int(child) for child in children]
        time.sleep(0.05)
    raise AssertionError("no workers")


def test_real_articles_come_out_whole_and_clean(shared_data, tmp_path):
    path = tmp_path / "real.xml.bz2"
    path.symlink_to(shared_data / "wikipedia" / "enwiki-206-pages.xml.bz2")
    found, statistics = extract(path, processes=2)
    assert (len(found), statistics["redirects"], statistics["disambiguations"]) == (98, 99, 8)
    assert statistics["failed"] == 0
    text = "\n".join(article.text for article in found)
    assert len(text) > 2_700_000
    for debris in ("()", "( ", " )", "{{", "}}", "''", "&nbsp;", "\u00a0", "<ref", "formula_"):
        assert debris not in text
