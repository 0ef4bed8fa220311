from pathlib import Path

import pytest

from scripts.common.errors import UserError
from scripts.corpus.files.parts import (
    FEW,
    MOST_PARTS,
    PART_BYTES,
    Part,
    dump_parts,
    find_parts,
    grouped,
    left_out,
)


@pytest.fixture
def files(tmp_path, monkeypatch):
    """Makes files of one byte below the working directory."""
    monkeypatch.chdir(tmp_path)

    def make(*names):
        for name in names:
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("x")

    return make


def found_parts(source, *paths, range_mb=256, documents="blank_line"):
    text = {"documents": documents}
    return find_parts({"source": source, "paths": list(paths), "range_mb": range_mb, "text": text})


def parts(source, *paths):
    return found_parts(source, *paths)


def error(source, *paths):
    with pytest.raises(UserError, match=r"^corpus\.paths: ") as caught:
        parts(source, *paths)
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "kind", "part"),
    [
        ("enwiki.xml", "dump", "enwiki"),
        ("enwiki.xml.bz2", "dump", "enwiki"),
        ("enwiki.xml.gz", "dump", "enwiki"),
        ("enwiki.xml.zst", "dump", "enwiki"),
        ("enwiki-1-pages-articles1.xml-p1p412.bz2", "dump", "enwiki-1-pages-articles1-p1p412"),
        ("d/my articles.jsonl.zst", "articles", "my_articles"),
        ("a.jsonl", "articles", "a"),
        ("a.jsonl.gz", "articles", "a"),
        ("text.txt", "text", "text"),
        ("text.txt.gz", "text", "text"),
        ("README", "text", "README"),
    ],
)
def test_a_path_is_classified_by_its_suffix(files, name, kind, part):
    files(name)
    (found,) = parts(kind, name)
    assert (found.name, found.kind, found.files) == (part, kind, [name])


def test_several_sources_take_their_own_paths_in_order(files):
    files("b.xml.bz2", "a.jsonl", "t/x.txt")
    found = parts(["dump", "articles", "text"], "b.xml.bz2", "a.jsonl", "t")
    assert [(part.name, part.kind) for part in found] == [
        ("b", "dump"),
        ("a", "articles"),
        ("t", "text"),
    ]


def test_patterns_are_resolved_in_the_order_of_names(files):
    files("w-2.xml.bz2", "w-1.xml.bz2")
    assert [part.name for part in parts("dump", "w-*.xml.bz2")] == ["w-1", "w-2"]


def test_a_folder_gives_its_text_files(files):
    files("t/b.txt", "t/a/c.txt.gz", "t/.hidden.txt", "t/picture.png")
    (found,) = parts("text", "t")
    assert (found.name, found.base) == ("t", "t")
    assert found.files == ["t/a/c.txt.gz", "t/b.txt"]


def test_what_a_folder_holds_beside_text_is_left_out_and_said(files):
    files("t/a.txt", "t/b.pdf", "t/deep/c.md", "t/.d.pdf", "t/README")
    Path("t/none.txt").touch()
    (found,) = parts("text", "t")
    assert found.files == ["t/a.txt"]
    empty, others = sorted(left_out({"paths": ["t", "t/a.txt"]}))
    assert empty == "t: left out as empty: 1 of its files, such as t/none.txt"
    assert others.startswith(
        "t: left out as not named as text (.txt, .txt.zst or .txt.gz): 3 of its"
    )
    assert list(left_out({"paths": ["t/deep/../a.txt"]})) == []


@pytest.mark.parametrize(("kind", "ending"), [("text", "txt"), ("articles", "jsonl")])
def test_many_small_files_share_a_part(files, monkeypatch, kind, ending):
    names = [f"d/{number:02d}.{ending}" for number in range(FEW + 1)]
    files(*names)
    few = parts(kind, *names[:FEW])
    assert [part.files for part in few] == [[name] for name in names[:FEW]]
    for paths in (names, [f"d/*.{ending}"]):
        (whole,) = parts(kind, *paths)
        assert (whole.name, whole.files, whole.base) == (f"00-and-{FEW}-more", names, "d")
    Path(names[1]).write_text("x" * 20)
    monkeypatch.setattr("scripts.corpus.files.parts.PART_BYTES", 10)
    groups = parts(kind, *names)
    assert [name for part in groups for name in part.files] == names
    assert [len(part.files) for part in groups] == [2, 7]
    assert [part.name for part in groups] == ["00-and-1-more", "02-and-6-more"]


def test_files_of_a_name_in_several_folders_may_share_a_part(files):
    names = [f"{folder}/x.txt" for folder in "abcdefghijk"]
    files(*names)
    (whole,) = parts("text", *names)
    assert (whole.files, whole.base) == (names, ".")


@pytest.mark.parametrize("size", [1, 10, 10_000])
def test_a_folder_gives_parts_of_some_size_and_no_more_than_can_be_scheduled(size):
    files = [f"{number:05d}.txt" for number in range(1203)]
    groups = grouped(dict.fromkeys(files, size * PART_BYTES // 1000))
    assert [file for group in groups for file in group] == files
    assert len(groups) == {1: 2, 10: 13, 10_000: 499}[size]
    assert len(groups) <= MOST_PARTS


def test_a_large_folder_gives_parts_of_different_names(files, monkeypatch):
    monkeypatch.setattr("scripts.corpus.files.parts.PART_BYTES", 1)
    files("t/a.txt", "t/b.txt", "t/c.txt")
    for name in "abc":
        Path(f"t/{name}.txt").write_text("text")
    assert [part.name for part in parts("text", "t")] == ["t-0000", "t-0001", "t-0002"]


def test_mistakes_name_the_key_and_the_path(files):
    files("a.xml.bz2", "b/a.jsonl", "c.zip", "t/x.png", "u/y.txt")
    assert "empty, but corpus.source is dump" in error("dump")
    assert "none.xml: no such file or folder" in error("dump", "none.xml")
    assert "*.gz: no such file or folder" in error("dump", "*.gz")
    assert "kind articles, which corpus.source does not name" in error("dump", "b/a.jsonl")
    assert "kind dump, which corpus.source does not name" in error("text", "a.xml.bz2")
    assert "c.zip: not of a kind" in error(["dump", "articles"], "a.xml.bz2", "c.zip")
    assert "c.zip: not of a kind" in error("text", "c.zip")
    assert "t: no text file" in error("text", "t")
    assert "u is a folder" in error("dump", "u")
    assert "names articles, but no path is" in error(["dump", "articles"], "a.xml.bz2")
    message = error(["dump", "articles"], "a.xml.bz2", "b/a.jsonl")
    assert "a.xml.bz2 and b/a.jsonl would both be called a; rename one" in message
    files("v/t/x.txt", "t/y.txt")
    assert ": t and v/t would both be called t" in error("text", "t", "v/t")
    assert "a.xml.bz2: named twice" in error("dump", "a.xml.bz2", "a.xml.bz2")


@pytest.mark.parametrize(
    ("kind", "name"),
    [("dump", "a.xml"), ("dump", "a.xml.bz2"), ("articles", "a.jsonl"), ("text", "a.txt")],
)
def test_a_large_file_is_cut_into_ranges_of_equal_size(files, tmp_path, kind, name):
    files(name, f"b{name[1:]}")
    (tmp_path / name).write_bytes(b"x" * 2_500_000)
    ranges = [Part(f"a-{n:04d}", kind, [name], None, {"number": n, "ranges": 3}) for n in range(3)]
    *found, small = found_parts(kind, name, f"b{name[1:]}", range_mb=1)
    assert found == ranges
    assert (small.name, small.cut) == ("b", {})
    assert len(found_parts(kind, name, range_mb=1e-6)) == MOST_PARTS


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("dump", "a.xml.gz"),
        ("articles", "a.jsonl.bz2"),
        ("articles", "a.jsonl.zst"),
        ("text", "a.txt.gz"),
    ],
)
def test_what_must_be_read_from_its_beginning_is_not_cut(files, tmp_path, kind, name):
    files(name)
    (tmp_path / name).write_bytes(b"x" * 2_500_000)
    assert [part.cut for part in found_parts(kind, name, range_mb=1)] == [{}]


def test_a_text_that_is_one_document_is_not_cut(files, tmp_path):
    (tmp_path / "a.txt").write_bytes(b"x" * 2_500_000)
    assert len(found_parts("text", "a.txt", range_mb=1, documents="line")) == 3
    assert len(found_parts("text", "a.txt", range_mb=1, documents="file")) == 1


def test_ranges_that_have_the_name_of_another_file_are_refused(files, tmp_path):
    files("a-0001.xml")
    (tmp_path / "a.xml").write_bytes(b"x" * 2_500_000)
    with pytest.raises(UserError, match="would both be called a-0001; rename one"):
        found_parts("dump", "a-0001.xml", "a.xml", range_mb=1)


def test_a_listed_dump_is_cut_where_its_size_is_known():
    listed = [{"name": "w.xml.bz2", "size": 3_000_000}, {"name": "v.xml.bz2", "size": None}]
    found = dump_parts(listed, "all", 2)
    assert [part.name for part in found] == ["w-0000", "w-0001", "v"]
    assert [part.name for part in dump_parts(listed, [1], 5)] == ["w"]
