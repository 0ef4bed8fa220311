"""Downloaded archives, honest and hostile."""

import stat
import zipfile
from pathlib import Path

import pytest

from scripts.common.errors import UserError
from scripts.glue.fetch_glue import fetch
from scripts.glue.files import archives
from scripts.glue.tasks.official_tasks import OFFICIAL
from tests.glue.made import write_task


def packed(path: Path, folder: Path, extra: tuple = ()) -> Path:
    """A zip archive of a task's folder as the server has it, with its other members."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{folder.name}/original/train.tsv", "older form")
        archive.writestr(f"__MACOSX/{folder.name}/._train.tsv", "x")
        archive.writestr("__MACOSX/train.tsv", "x")
        for file in sorted(folder.iterdir()):
            archive.write(file, f"{folder.name}/{file.name}")
        for member, data in extra:
            archive.writestr(member, data)
    return path


@pytest.mark.parametrize("name", ["CoLA", "MNLI", "QQP"])
def test_unpacks_the_official_files(tmp_path, name):
    folder = write_task(tmp_path / "made", name)
    fetch(OFFICIAL[name], [packed(tmp_path / "task.zip", folder)], tmp_path / "out")
    made = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == made


@pytest.mark.parametrize(
    "name", ["../evil.tsv", "/etc/evil", "CoLA/../../evil", "C:\\evil", "..\\evil"]
)
def test_refuses_paths_that_lead_out(tmp_path, name):
    folder = write_task(tmp_path / "made", "CoLA")
    archive = packed(tmp_path / "CoLA.zip", folder, [(zipfile.ZipInfo(name), "evil")])
    with pytest.raises(UserError, match="leads out"):
        fetch(OFFICIAL["CoLA"], [archive], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_refuses_links(tmp_path):
    link = zipfile.ZipInfo("CoLA/link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    folder = write_task(tmp_path / "made", "CoLA")
    archive = packed(tmp_path / "CoLA.zip", folder, [(link, "/etc/passwd")])
    with pytest.raises(UserError, match="is a link"):
        fetch(OFFICIAL["CoLA"], [archive], tmp_path / "out")


def test_refuses_a_bomb_before_unpacking_it(tmp_path):
    folder = tmp_path / "made" / "CoLA"
    write_task(tmp_path / "made", "CoLA")
    (folder / "train.tsv").write_bytes(b"\0" * 5_000_000)
    archive = packed(tmp_path / "CoLA.zip", folder)
    with pytest.raises(UserError, match=r"train.tsv would unpack to 5000000 bytes"):
        fetch(OFFICIAL["CoLA"], [archive], tmp_path / "out")


def test_a_size_that_lies_does_not_unpack_more(tmp_path):
    folder = write_task(tmp_path / "made", "CoLA", train=400)
    path = packed(tmp_path / "CoLA.zip", folder)
    data = bytearray(path.read_bytes())
    directory = data.index(b"CoLA/train.tsv", data.index(b"PK\x01\x02")) - 46
    data[directory + 24 : directory + 28] = (100).to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises(UserError, match="not a sound zip archive"):
        archives.extract(path, ["train.tsv"], tmp_path)


@pytest.mark.parametrize("damage", ["cut", "garbled", "empty", "text"])
def test_damaged_archives(tmp_path, damage):
    path = packed(tmp_path / "CoLA.zip", write_task(tmp_path / "made", "CoLA", train=400))
    data = path.read_bytes()
    middle = len(data) // 3
    path.write_bytes(
        {
            "cut": data[: len(data) // 2],
            "garbled": data[:middle] + bytes(64) + data[middle + 64 :],
            "empty": b"",
            "text": b"<html>not found</html>",
        }[damage]
    )
    with pytest.raises(UserError, match=r"CoLA.zip: not a sound zip archive"):
        fetch(OFFICIAL["CoLA"], [path], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_files_that_are_not_there_or_there_twice(tmp_path):
    folder = write_task(tmp_path / "made", "CoLA")
    twice = packed(tmp_path / "twice.zip", folder, [("Other/dev.tsv", "x")])
    with pytest.raises(UserError, match=r"2 files called dev.tsv"):
        fetch(OFFICIAL["CoLA"], [twice], tmp_path / "out")
    (folder / "dev.tsv").unlink()
    with pytest.raises(UserError, match=r"0 files called dev.tsv"):
        fetch(OFFICIAL["CoLA"], [packed(tmp_path / "CoLA.zip", folder)], tmp_path / "out")


def test_encrypted_archives_are_refused():
    member = zipfile.ZipInfo("CoLA/train.tsv")
    member.flag_bits |= 1
    with pytest.raises(UserError, match="encrypted"):
        archives.refuse(Path("CoLA.zip"), member)


def test_what_is_unpacked_is_checked(tmp_path):
    folder = write_task(tmp_path / "made", "CoLA")
    (folder / "dev.tsv").write_text("x\t7\t\tsentence\n")
    with pytest.raises(UserError, match=r"dev.tsv: line 1: unknown label '7'"):
        fetch(OFFICIAL["CoLA"], [packed(tmp_path / "CoLA.zip", folder)], tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("size", "packed_size", "honest"),
    [
        (101_000, 1000, True),
        (101_001, 1000, False),
        (2**30, 2**29, True),
        (2**30 + 1, 2**29, False),
    ],
)
def test_sizes_of_honest_members(size, packed_size, honest):
    member = zipfile.ZipInfo("CoLA/dev.tsv")
    member.file_size, member.compress_size = size, packed_size
    if honest:
        assert archives.find(Path("a.zip"), [member], "dev.tsv") is member
        return
    with pytest.raises(UserError, match=f"dev.tsv would unpack to {size} bytes from"):
        archives.find(Path("a.zip"), [member], "dev.tsv")


def test_a_colon_is_a_drive_in_the_first_folder_only():
    archives.refuse(Path("a.zip"), zipfile.ZipInfo("CoLA/10:30.tsv"))
    with pytest.raises(UserError, match="leads out"):
        archives.refuse(Path("a.zip"), zipfile.ZipInfo("C:/10.tsv"))
