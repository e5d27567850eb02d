"""The files of the data directory that go along: imported layers and networks, learned models, the base map."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from services.backup.archive import Archive, ArchiveError, Growing, Member
from services.backup.left_out import ENDINGS, FILES

_PIECE = 1 << 20


def chosen(data_dir: Path) -> Iterator[Path]:
    """Relative paths of what goes along, in order. Links are not followed: a copy holds what lies here."""
    for folder, folders, names in os.walk(data_dir):
        here = Path(folder).relative_to(data_dir)
        folders[:] = sorted(one for one in folders if here / one not in map(Path, FILES))
        for name in sorted(names):
            path = here / name
            if str(path) not in FILES and not name.endswith(ENDINGS) and not (data_dir / path).is_symlink():
                yield path


def put(data_dir: Path, into: Growing, also: Iterable[str] = ()) -> int:
    """Copy them, and ``also`` those of the left out that are named here, as far as they lie there; how many."""
    many = 0
    for path in (*chosen(data_dir), *(Path(one) for one in also if (data_dir / one).is_file())):
        with (data_dir / path).open("rb") as found, into.member(f"files/{path.as_posix()}") as part:
            while piece := found.read(_PIECE):
                part.put(piece)
        many += 1
    return many


def require_room(archive: Archive, data_dir: Path) -> None:
    """Raise ArchiveError where a file of the copy would write over one that is there."""
    for member in archive.manifest.files:
        at = data_dir / member.name.removeprefix("files/")
        if at.exists() and not _same(at, member):
            raise ArchiveError(f"{at} exists; restore into a new data directory, or move it away first")


def _same(at: Path, member: Member) -> bool:
    with at.open("rb") as found:
        return hashlib.file_digest(found, "sha256").hexdigest() == member.sha256


def take(archive: Archive, data_dir: Path) -> None:
    """Write them, each whole or not at all."""
    for member in archive.manifest.files:
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
