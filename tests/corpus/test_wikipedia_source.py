"""The workflow with `corpus.source: wikipedia`, against a mirror on this machine."""

import hashlib
import json
import os
import subprocess

import pytest

from tests.corpus.dumps import many, read_articles
from tests.corpus.dumps import write as write_dump
from tests.corpus.loopback import BASE, DATE, WIKI, serving
from tests.runs import ROOT, forked


def add_parts(mirror, folder, count):
    """Dumps of a few articles each as a mirror's parts; their paths on it."""
    files = {}
    for number in range(1, count + 1):
        name = f"{WIKI}-{DATE}-pages-articles{number}.xml-p{number}00p{number}99.bz2"
        xml = many(30 * number).replace(b"town", f"town of part {number}".encode())
        data = write_dump(folder / "part.xml.bz2", xml).read_bytes()
        mirror.files[f"{BASE}/{name}"] = data
        files[name] = {"size": len(data), "url": "", "sha1": hashlib.sha1(data).hexdigest()}
    status = {"jobs": {"articlesdump": {"status": "done", "files": files}}}
    mirror.files[f"{BASE}/dumpstatus.json"] = json.dumps(status).encode()
    mirror.add_dates(DATE, "20250901")
    return [f"{BASE}/{name}" for name in files]


def snakemake(folder, mirror, *args, date=DATE, parts="all"):
    wikipedia = {"wiki": WIKI, "date": date, "mirror": mirror, "parts": parts}
    corpus = {"source": "wikipedia", "shards": 2, "validation_fraction": 0.2}
    corpus |= {"wikipedia": wikipedia, "extract": {"min_words": 2}}
    (folder / "config.json").write_text(json.dumps({"corpus": corpus}))
    words = ["--nocolor", "-s", str(ROOT / "Snakefile"), "--configfile", "config.json", *args]
    direct = {key: value for key, value in os.environ.items() if "proxy" not in key.lower()}
    status, said = forked(folder, *words, environment=direct)
    return subprocess.CompletedProcess(words, status, said)


@pytest.fixture
def mirror():
    with serving() as mirror:
        yield mirror


SHARDS = "results/corpus/shards/stats.json"


@pytest.mark.slow
def test_a_dump_comes_through_faults_into_shards_by_two_connections_at_most(mirror, tmp_path):
    paths = add_parts(mirror, tmp_path, 4)
    mirror.faults[paths[0]] = ["cut"]
    mirror.faults[paths[1]] = ["429"]
    mirror.faults[paths[2]] = ["wrong"]
    mirror.retry_after = "1"
    planned = snakemake(tmp_path, mirror.url, "-n").stdout
    assert "download_dump           4" in planned
    assert "finetune" in planned
    assert len(mirror.requests) == 1
    done = snakemake(tmp_path, mirror.url, "--cores", "4", SHARDS)
    assert done.returncode == 0, done.stdout
    assert mirror.most_open <= 2
    for number in range(1, 5):
        part = f"{WIKI}-{DATE}-pages-articles{number}-p{number}00p{number}99"
        articles = read_articles(tmp_path / f"results/corpus/articles/{part}.jsonl.zst")
        assert sum(1 for _ in articles) == 30 * number
    # Nothing is asked of the mirror again, and another mirror of the same files changes nothing.
    mirror.requests.clear()
    again = snakemake(tmp_path, "http://127.0.0.1:9", "-n", SHARDS)
    assert "Nothing to be done" in again.stdout
    assert not mirror.requests


@pytest.mark.slow
def test_some_parts_from_a_folder(mirror, tmp_path):
    add_parts(mirror, tmp_path, 3)
    for path, data in mirror.files.items():
        if not path.endswith("/"):
            file = tmp_path / "mirror" / path.lstrip("/")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
    url = f"file://{tmp_path}/mirror"
    articles = f"results/corpus/articles/{WIKI}-{DATE}-pages-articles2-p200p299.jsonl.zst"
    done = snakemake(tmp_path, url, "--cores", "2", articles, parts=[2])
    assert done.returncode == 0, done.stdout
    assert len(list((tmp_path / "results/corpus/dump").glob("*.bz2"))) == 1
    beyond = snakemake(tmp_path, url, "-n", parts=[4])
    assert "corpus.wikipedia.parts: 4: this dump has 3 parts" in beyond.stdout
    gone = snakemake(tmp_path, url, "-n", date="20250901")
    assert gone.returncode == 1
    assert f"the nearest that it has are of {DATE}" in gone.stdout
