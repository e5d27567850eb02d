"""The folder of archives. A file comes whole or not at all, under a name made of its digest, and never changes.

So a row of the store and its file always agree: a version that nobody has committed yet is a file that no row names.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import time
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from services.store.archives import Archived

_CHUNK = 1 << 20
_GZIP = 31  # zlib's name for a gzip member: no name and no time in it, so the same rows are the same bytes
_ORPHAN_S = 3600.0  # a file that nobody names is left alone for so long: its maker may not have committed yet
_PART = ".part"


class FullError(Exception):
    """There is no room; the text says whose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """What lies on the shelf now. ``content``: digest of the rows, whatever packed them."""

    sha256: str
    content: str
    bytes: int
    rows: int
    head: int


NOTHING = Packed(sha256="", content="", bytes=0, rows=0, head=0)


def of(row: Archived) -> Packed:
    """The file that a row names."""
    return Packed(sha256=row.sha256, content=row.content, bytes=row.bytes, rows=row.rows, head=row.head)


class Packing:
    """A file that is being written: a gzip member with the head, and one behind it for each run of rows.

    Members can be put one behind the other (RFC 1952, 2.2), so a month is the rows of its days, byte by byte.
    """

    def __init__(self, file: IO[bytes], head: bytes) -> None:
        self._file, self._digest, self._content = file, hashlib.sha256(), hashlib.sha256()
        self._packer = zlib.compressobj(6, zlib.DEFLATED, _GZIP)
        self._size = self._rows = 0
        self._put(_member(head))
        self._head, self._open = self._size, False

    def add(self, lines: bytes, rows: int) -> None:
        """Rows of a day, packed here. Blocks: not for the loop."""
        self._content.update(lines)
        self._rows += rows
        if lines:
            self._open = True
            self._put(self._packer.compress(lines))

    def append(self, file: Path, packed: Packed) -> None:
        """The rows of a file that was packed before, as they lie there. Blocks: not for the loop."""
        self._content.update(bytes.fromhex(packed.content))
        self._rows += packed.rows
        with file.open("rb") as day:
            day.seek(packed.head)
            while chunk := day.read(_CHUNK):
                self._put(chunk)

    def end(self) -> Packed:
        """Nothing more comes; on disk afterwards."""
        if self._open:
            self._put(self._packer.flush())
        self._file.flush()
        os.fsync(self._file.fileno())
        return Packed(
            sha256=self._digest.hexdigest(),
            content=self._content.hexdigest(),
            bytes=self._size,
            rows=self._rows,
            head=self._head,
        )

    def _put(self, packed: bytes) -> None:
        self._digest.update(packed)
        self._size += len(packed)
        self._file.write(packed)


class Shelf:
    """Everything that lies in ``folder``, of at most ``limit`` bytes in all, leaving ``spare`` on the disk."""

    def __init__(self, folder: Path, limit: int, spare: int = 500_000_000) -> None:
        self._folder, self._limit, self._spare = folder, limit, spare
        self._mine = secrets.token_hex(4)  # other processes may share the folder

    def path(self, kind: str, period: str, sha256: str) -> Path:
        """Where a version lies, whether it does or not. All three come out of our own rows, never from an asker."""
        return self._folder / kind / f"{period}.{sha256}"

    def has(self, row: Archived) -> bool:
        return not row.withdrawn and self.path(row.kind, row.period, row.sha256).is_file()

    def room(self, taken: int) -> None:
        """Raise FullError where nothing more should be written. Blocks."""
        if taken >= self._limit:
            raise FullError(
                f"オープンデータの保存先が上限の {self._limit / 1e9:.0f} GB に達しました（[open] archive_gb）"
            )
        self._folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(self._folder).free
        if free < self._spare:
            raise FullError(f"オープンデータを書くにはディスクの空きが足りません（残り {free / 1e6:.0f} MB）")

    @contextmanager
    def writing(self, kind: str, period: str, head: bytes) -> Iterator[Packing]:
        """Write a file aside; what is left of it when the block fails is nothing. :meth:`keep` puts it in its place."""
        folder = self._folder / kind
        folder.mkdir(parents=True, exist_ok=True)
        aside = self._aside(kind, period)
        try:
            with aside.open("wb") as file:
                yield Packing(file, head)
        except BaseException:
            aside.unlink(missing_ok=True)
            raise

    def keep(self, kind: str, period: str, packed: Packed) -> None:
        """Give what was written its name, on disk when this returns. Blocks."""
        self._aside(kind, period).replace(self.path(kind, period, packed.sha256))
        _sync(self._folder / kind)

    def drop(self, kind: str, period: str) -> None:
        """What was written aside is not wanted."""
        self._aside(kind, period).unlink(missing_ok=True)

    def names(self, kind: str) -> set[str]:
        """What lies there. Blocks."""
        folder = self._folder / kind
        return {entry.name for entry in os.scandir(folder)} if folder.is_dir() else set()

    def sweep(self, kinds: Iterable[str], named: Mapping[str, Collection[str]]) -> int:
        """Take away what no row names, if it has lain there for long enough; how many files. Blocks."""
        gone, before = 0, time.time() - _ORPHAN_S
        for kind in kinds:
            for name in self.names(kind) - set(named.get(kind, ())):
                path = self._folder / kind / name
                if path.lstat().st_mtime < before:
                    path.unlink(missing_ok=True)
                    gone += 1
        return gone

    def _aside(self, kind: str, period: str) -> Path:
        return self._folder / kind / f"{period}.{self._mine}{_PART}"


def digest_of(path: Path) -> str:
    """The sha256 of a file that lies there; empty where none can be read. Blocks."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _member(text: bytes) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, _GZIP)
    return packer.compress(text) + packer.flush()


def _sync(folder: Path) -> None:
    """A name is on disk only once its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
