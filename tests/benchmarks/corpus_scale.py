"""How the steps from a dump to shards grow with the number of documents.

python -m tests.benchmarks.corpus_scale [--documents 100000 300000 1000000] [--parts 4] \
    [--dump ../shared/data/wikipedia/enwiki-206-pages.xml.bz2 --mb 200]
python -m tests.benchmarks.corpus_scale --documents 100000 200000 400000 --xml 10 20 40 \
    --dump ../shared/data/wikipedia/enwiki-206-pages.xml.bz2
python -m tests.benchmarks.corpus_scale --documents 300000 --near 20x10 14x8 40x6

Makes sentence files of short documents, of which one in twenty stood before, with random signatures
that say the same, and prints of each step its CPU seconds and the memory of its process at every size,
and what they come to at the 7 million documents of the English Wikipedia, in jobs of 70 parts. With
--dump, makes dumps of so many MB of XML by repeating its pages, and compares the extraction of one file, in
as many ranges as --cuts says, with that of as many files.

With --dump and --xml, also what the steps from a dump to signatures take of one file of so many MB of XML each.

With --near, which documents settings of bands x rows leave out: of documents of 40 to 120 invented words,
one in twenty is a copy of an earlier one with other words at its end or here and there, and every other one begins with one
of a thousand phrases of 15 words. Recall is the share of the copies that are left out, by the Jaccard
similarity of copy and original in n-grams of five words; precision the share of those left out that are
copies, of any similarity.
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

from scripts.common.arrays import read_array
from scripts.common.text import zstd_writer
from scripts.corpus.files.documents import document_writer, ids_of, read_notes, to_documents
from scripts.corpus.sign_documents import Settings
from tests.benchmarks.dumps import write_dumps

# A process of its own, as a child's peak counts that of whoever started it.
CHILD = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stderr=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
"""
ENWIKI, PARTS = 7e6, 70
ENWIKI_XML, ENWIKI_TEXT = 105e3, 20e3  # MB
REPEATED = 0.05
BANDS = Settings().bands
SIMILARITIES = [0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 1.01]


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


def write_copies(folder: Path, documents: int) -> tuple[Path, np.ndarray]:
    """A sentence file with planted copies, and each document's similarity to its original; -1: no copy."""
    bits = np.random.default_rng(1)
    vocabulary = [f"w{number}" for number in range(50_000)]
    phrases = bits.integers(0, len(vocabulary), (1000, 15))
    originals: list[np.ndarray] = []
    similar = np.full(documents, -1.0)
    file = folder / "planted.txt.zst"
    with document_writer(file) as write:
        for number in range(documents):
            if originals and bits.random() < REPEATED:
                original = originals[bits.integers(len(originals))]
                own, length = original.copy(), len(original)
                if bits.random() < 0.5:
                    places = bits.integers(0, length, bits.integers(1, length // 12))
                else:
                    places = np.arange(length - bits.integers(1, length // 3), length)
                own[places] = bits.integers(0, len(vocabulary), len(places))
                similar[number] = jaccard(own.tolist(), original.tolist())
            else:
                draws = bits.random(bits.integers(40, 121), np.float32)
                own = (len(vocabulary) * draws**2).astype(np.int32)
                if bits.random() < 0.5:
                    own[:15] = phrases[bits.integers(len(phrases))]
                originals.append(own)
            text = " ".join(vocabulary[word] for word in own.tolist())
            write(to_documents([(f"{number}", [text])]))
    return file, similar


def jaccard(one: list[int], other: list[int]) -> float:
    """The similarity of two texts: n-grams of five words that both have, of those that any has."""
    a, b = ({tuple(text[n : n + 5]) for n in range(len(text) - 4)} for text in (one, other))
    return len(a & b) / len(a | b)


def compare_bands(documents: int, settings: list[str]) -> None:
    """Print what each setting finds of the planted copies, and what it costs."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file, similar = write_copies(folder, documents)
        groups = np.digitize(similar, SIMILARITIES)
        counts = np.bincount(groups, minlength=len(SIMILARITIES))[1:]
        names = [f"{low:.1f}-" for low in SIMILARITIES[:-1]]
        print(f"{documents:,} documents, copies by similarity: ", end="")
        print(", ".join(f"{name} {count:,}" for name, count in zip(names, counts, strict=True)))
        print(
            f"| bands x rows | {' | '.join(names)} | precision | signing, CPU s | joining, CPU s |"
        )
        for setting in settings:
            bands, rows = setting.split("x")
            sign = ["scripts.corpus.sign_documents", str(file), "-o", str(folder / "planted.npy")]
            signing, _ = measured([*sign, "--bands", bands, "--rows", rows])
            assign = ["scripts.corpus.assign_documents", str(ids_of(file)), "-o", str(folder)]
            assign += ["--signatures", str(folder / "planted.npy"), "--deduplicate", "near"]
            joining, _ = measured([*assign, "--statistics", str(folder / "stats.json")])
            dropped = read_array(folder / "planted.npy.zst")[:, 0] < 0
            found = np.bincount(groups[dropped], minlength=len(SIMILARITIES))
            recall = " | ".join(f"{share:.3f}" for share in found[1:] / np.maximum(1, counts))
            precision = 1 - found[0] / max(1, dropped.sum())
            print(
                f"| {bands} x {rows} | {recall} | {precision:.4f} | {signing:.0f} | {joining:.1f} |",
                flush=True,
            )


def compare_ranges(source: Path, megabytes: float, cuts: int, processes: int) -> None:
    """Print what extraction takes of a dump in one file, and in as many files as ranges."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_dumps(source, megabytes, folder / "streams.xml.bz2")
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


def text_steps(source: Path, megabytes: float) -> None:
    """Print what each step takes that sees the text of a part, and what it comes to at enwiki's."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_dumps(source, megabytes, folder / "a.xml.bz2")
        with zstd_writer(folder / "texts.tsv.zst") as file:
            for number in range(10_000):
                file.write(
                    f"SST-2/dev\tA text of the evaluation that has number {number} of many.\n"
                )
        part, processes = str(folder / "a.txt.zst"), ["--processes", "2"]
        steps = {
            "extract_articles": extraction(folder / "a.xml.bz2", 2),
            "split_sentences": [str(folder / "a.zst"), "-o", part, *processes],
            "find_contamination": [
                part, "--evaluation", str(folder / "texts.tsv.zst"), "-o", str(folder / "c.json"),
                *processes,
            ],
            "sign_documents": [part, "-o", str(folder / "a.npy"), *processes],
        }  # fmt: skip
        print(f"{megabytes:.0f} MB of XML", flush=True)
        for step, words in steps.items():
            command = words if step == "extract_articles" else [f"scripts.corpus.{step}", *words]
            seconds, memory = measured(command)
            at = seconds * ENWIKI_XML / megabytes
            if step == "split_sentences":
                text = sum(note.bytes for note in read_notes(ids_of(Path(part)))) / 1e6
            if step != "extract_articles":
                at = seconds * ENWIKI_TEXT / text
            print(f"  {step:24} {seconds:7.1f} CPU s {memory:6.0f} MB  (enwiki {at:7.0f} CPU s)")
        print(f"  {text:.1f} MB of text", flush=True)


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
    parser.add_argument("--near", nargs="*", metavar="BANDSxROWS", help="settings to compare")
    parser.add_argument("--dump", type=Path)
    parser.add_argument("--xml", type=float, nargs="*", help="MB of dumps for the steps before")
    parser.add_argument("--mb", type=float, default=200)
    parser.add_argument("--cuts", type=int, default=16)
    parser.add_argument("--processes", type=int, default=2)
    args = parser.parse_args()
    if args.near:
        for documents in args.documents:
            compare_bands(documents, args.near)
        return
    for megabytes in args.xml or ():
        text_steps(args.dump, megabytes)
    if args.dump and not args.xml:
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
