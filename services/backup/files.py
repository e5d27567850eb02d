"""The files of the data directory that go along: imported layers and networks, learned models, the base map."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from services.archive.irreplaceable import FOLDER
from services.backup.archive import Archive, ArchiveError, Growing, Member
from services.backup.left_out import ENDINGS, FOLDERS, KNOWN

_PIECE = 1 << 20


def chosen(data_dir: Path) -> Iterator[Path]:
    """Relative paths of what goes along, in order. Links are not followed: a copy holds what lies here."""
    for top in FOLDERS:
        for folder, folders, names in os.walk(data_dir / top):
            folders.sort()
            for name in sorted(names):
                path = Path(folder, name)
                if not name.endswith(ENDINGS) and not path.is_symlink() and not (data_dir / top).is_symlink():
                    yield path.relative_to(data_dir)


def unknown(data_dir: Path) -> list[str]:
    """What lies there and is none of ours: it is in no copy, and whoever put it there has to keep it."""
    if not data_dir.is_dir():
        return []
    names = (one.name for one in data_dir.iterdir())
    return sorted(one for one in names if one not in KNOWN and one not in FOLDERS and not one.endswith(ENDINGS))


def put(data_dir: Path, into: Growing, also: Iterable[str] = ()) -> int:
    """Copy them, and ``also`` those of the left out that are named here, as far as they lie there; how many."""
    many = 0
    for path in (*chosen(data_dir), *(Path(one) for one in also if (data_dir / one).is_file())):
        with (data_dir / path).open("rb") as found, into.member(f"files/{path.as_posix()}") as part:
            while piece := found.read(_PIECE):
                part.put(piece)
        many += 1
    return many


def _ours(archive: Archive) -> list[Member]:
    """A file of settings, or a key, in a copy that came by other hands is not for this data directory."""
    return [one for one in archive.manifest.files if one.name.split("/")[1] in (*FOLDERS, FOLDER)]


def require_room(archive: Archive, data_dir: Path) -> None:
    """Raise ArchiveError where a file of the copy would write over one that is there."""
    for member in _ours(archive):
        at = data_dir / member.name.removeprefix("files/")
        if at.exists() and not _same(at, member):
            raise ArchiveError(f"{at} exists; restore into a new data directory, or move it away first")


def _same(at: Path, member: Member) -> bool:
    with at.open("rb") as found:
        return hashlib.file_digest(found, "sha256").hexdigest() == member.sha256


def take(archive: Archive, data_dir: Path) -> None:
    """Write them, each whole or not at all. What a copy of ours does not hold is not written, whoever put it in."""
    for member in _ours(archive):
        at = data_dir / member.name.removeprefix("files/")
        if at.exists():  # of a restore that died before its commit
            continue
        at.parent.mkdir(parents=True, exist_ok=True)
        part = at.with_name(at.name + ".part")
        with part.open("wb") as into:
            for piece in archive.pieces(member):
                into.write(piece)
            into.flush()
            os.fsync(into.fileno())
        part.rename(at)
