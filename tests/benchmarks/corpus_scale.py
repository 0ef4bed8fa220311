"""How the steps from a dump to shards grow with the number of documents.

python -m tests.benchmarks.corpus_scale [--documents 100000 300000 1000000] [--parts 4] \
    [--dump ../shared/data/wikipedia/enwiki-206-pages.xml.bz2 --mb 200]

Makes sentence files of short documents, of which one in twenty stood before, with random signatures
that say the same, and prints of each step its CPU seconds and the memory of its process at every size,
and what they come to at the 7 million documents of the English Wikipedia, in jobs of 70 parts. With
--dump, makes dumps of so many MB of XML by repeating its pages, and compares the extraction of one file, in
as many ranges as --cuts says, with that of as many files.
"""

import argparse
import bz2
import random
import subprocess
import sys
import tempfile
from itertools import pairwise
from pathlib import Path

import numpy as np

from scripts.corpus.files.documents import document_writer, ids_of, to_documents
from scripts.corpus.sign_documents import BANDS
from tests.benchmarks.corpus_speed import enlarge

# A process of its own, as a child's peak counts that of whoever started it.
CHILD = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stderr=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
"""
ENWIKI, PARTS = 7e6, 70
REPEATED = 0.05


def measured(command: list[str]) -> tuple[float, float]:
    """CPU seconds, and MB of memory at most, of a step."""
    run = [sys.executable, "-c", CHILD, sys.executable, "-m", *command]
    seconds, memory = subprocess.run(run, check=True, stdout=subprocess.PIPE).stdout.split()
    return float(seconds), float(memory)


def write_parts(folder: Path, documents: int, parts: int) -> list[Path]:
    """Sentence files and their signatures."""
    draw, bits = random.Random(1), np.random.default_rng(1)
    files = []
    for part in range(parts):
        files.append(folder / f"{part}.txt.zst")
        bands = bits.integers(0, 1 << 63, (documents // parts, BANDS), np.uint64)
        with document_writer(files[-1]) as write:
            for number in range(documents // parts):
                own = part * documents + number
                if number and draw.random() < REPEATED:
                    own -= 1 + draw.randrange(number)
                    bands[number, draw.randrange(BANDS)] = bands[own - part * documents, 0]
                words = [f"Document {own} is of {n} words and {own * n}." for n in range(5)]
                write(to_documents([(f"{part}:{number}", words)]))
        np.save(folder / f"{part}.npy", bands)
    return files


def commands(files: list[Path], folder: Path) -> dict[str, list[str]]:
    """The steps, of which those of a part are run on the first one."""
    ids = [str(ids_of(file)) for file in files]
    signatures = [str(file.with_name(file.name[: -len(".txt.zst")] + ".npy")) for file in files]
    assign = ["scripts.corpus.assign_documents", *ids, "-o", str(folder / "assigned")]
    assign += ["--statistics", str(folder / "stats.json"), "--shards", "256"]
    place = ["scripts.corpus.place_documents", str(files[0])]
    place += [
        "--assigned",
        str(folder / "assigned" / "0.npy.zst"),
        "-o",
        str(folder / "placed/0.zst"),
    ]
    shard = ["scripts.corpus.shard_corpus", str(folder / "placed/0.zst"), "--shards", "256"]
    return {
        "assign_documents, near": [*assign, "--deduplicate", "near", "--signatures", *signatures],
        "assign_documents": assign,
        "place_documents, a part": place,
        "shard_corpus, of a part": [*shard, "-o", str(folder / "shards")],
    }


def compare_ranges(source: Path, megabytes: float, cuts: int, processes: int) -> None:
    """Print what extraction takes of a dump in one file, and in as many files as ranges."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        enlarge(source, folder / "streams.xml.bz2", megabytes)
        xml = bz2.decompress((folder / "streams.xml.bz2").read_bytes())
        (folder / "one.xml").write_bytes(xml)
        (folder / "one.xml.bz2").write_bytes(bz2.compress(xml))
        first, end = xml.index(b"  <page>"), xml.rindex(b"</mediawiki>")
        borders = [xml.index(b"  <page>", first + (end - first) * n // cuts) for n in range(cuts)]
        for ending, compress in ((".xml", bytes), (".xml.bz2", bz2.compress)):
            for n, (start, stop) in enumerate(pairwise([*borders, end])):
                data = xml[:first] + xml[start:stop] + b"</mediawiki>\n"
                (folder / f"part{n}{ending}").write_bytes(compress(data))
        print(f"{len(xml) / 1e6:.0f} MB of XML, {cuts} jobs of {processes} processes", flush=True)
        for ending, files in ((".xml", ["one"]), (".xml.bz2", ["one", "streams"])):
            parts = [extraction(folder / f"part{n}{ending}", processes) for n in range(cuts)]
            against = told(f"{cuts} files {ending}", parts, 0.0)
            for file in files:
                command = extraction(folder / f"{file}{ending}", processes)
                ranges = [
                    [*command, "--number", str(n), "--ranges", str(cuts)] for n in range(cuts)
                ]
                told(f"{file}{ending} in ranges", ranges, against)


def extraction(dump: Path, processes: int) -> list[str]:
    """The command that extracts the articles of a dump."""
    outputs = ["-o", str(dump.parent / "a.zst"), "--statistics", str(dump.parent / "a.json")]
    words = ["scripts.corpus.extract_articles", str(dump), *outputs]
    return [*words, "--processes", str(processes)]


def told(name: str, commands: list[list[str]], against: float) -> float:
    """Run commands one after the other, print what they took, and return the CPU seconds."""
    runs = [measured(command) for command in commands]
    seconds, memory = sum(run[0] for run in runs), max(run[1] for run in runs)
    ratio = f", {seconds / against:.2f} times as much" if against else ""
    print(f"  {name:28} {seconds:7.1f} CPU s {memory:6.0f} MB{ratio}", flush=True)
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--documents", type=int, nargs="*", default=[100_000, 300_000, 1_000_000])
    parser.add_argument("--parts", type=int, default=4)
    parser.add_argument("--dump", type=Path)
    parser.add_argument("--mb", type=float, default=200)
    parser.add_argument("--cuts", type=int, default=16)
    parser.add_argument("--processes", type=int, default=2)
    args = parser.parse_args()
    if args.dump:
        compare_ranges(args.dump, args.mb, args.cuts, args.processes)
    for documents in args.documents:
        with tempfile.TemporaryDirectory() as name:
            files = write_parts(Path(name), documents, args.parts)
            print(f"{documents:,} documents in {args.parts} parts", flush=True)
            for step, command in commands(files, Path(name)).items():
                seconds, memory = measured(command)
                at = (
                    seconds * ENWIKI / documents * (1 if "part" not in step else args.parts / PARTS)
                )
                print(
                    f"  {step:24} {seconds:7.1f} CPU s {memory:6.0f} MB  (enwiki {at:7.0f} CPU s)"
                )


if __name__ == "__main__":
    main()
