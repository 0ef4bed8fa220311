"""Zip archives from elsewhere, of which a few files are wanted."""

import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from scripts.common.errors import UserError, blaming

LARGEST = 1 << 30  # bytes of one unpacked file; the largest official one has 82 MB
RATIO = 100  # text is compressed some three times


def extract(archive: Path, names: list[str], folder: Path) -> list[Path]:
    """Write the archive's files `names`, which lie in its one top folder, to `folder`.

    The archive's own paths are never used for writing, and still an archive with a path that leads
    out, a link, an encrypted file or one that unpacks to something far too large is refused as a
    whole (UserError, naming the member).
    """
    kinds = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError)
    verdict = "not a sound zip archive ({reason}); fetch it anew"
    with blaming(archive, verdict, kinds), zipfile.ZipFile(archive) as opened:
        members = opened.infolist()
        for member in members:
            refuse(archive, member)
        found = [(name, find(archive, members, name)) for name in names]
        for name, member in found:
            (folder / name).write_bytes(opened.read(member))
    return [folder / name for name in names]


def find(archive: Path, members: list[zipfile.ZipInfo], name: str) -> zipfile.ZipInfo:
    """The one member called `name` in a top folder."""
    own = [member for member in members if not member.filename.startswith("__MACOSX/")]
    found = [member for member in own if PurePosixPath(member.filename).parts[1:] == (name,)]
    if len(found) != 1:
        raise UserError(f"{archive}: {len(found)} files called {name} instead of one")
    if found[0].file_size > LARGEST or found[0].file_size > RATIO * found[0].compress_size + 1000:
        raise UserError(
            f"{archive}: {found[0].filename} would unpack to {found[0].file_size} bytes from "
            f"{found[0].compress_size}; refused"
        )
    return found[0]


def refuse(archive: Path, member: zipfile.ZipInfo) -> None:
    """Raise UserError for a member that no honest archive of data has."""
    path = PurePosixPath(member.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in "".join(path.parts[:1]):
        raise UserError(f"{archive}: {member.filename!r} leads out of its folder; refused")
    if stat.S_ISLNK(member.external_attr >> 16):
        raise UserError(f"{archive}: {member.filename!r} is a link; refused")
    if member.flag_bits & 1:
        raise UserError(f"{archive}: {member.filename!r} is encrypted; refused")
