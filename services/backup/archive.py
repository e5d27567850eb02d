"""The file of a copy: a zip that any tool opens, in which every member's SHA-256 stands in the last one.

    tables/NAME.jsonl   a line a row (services.backup.rows)
    files/PATH          of the data directory: imported layers, learned models
    manifest.json       what made it, when, of which version of the tables; of each member rows, bytes, SHA-256

A file without a manifest is a copy that never came to its end. It grows as ``FILE.part`` and takes its name when all of
it is on disk; only its owner may read it.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import IO, Any

FORMAT = "shirase-backup/1"
_MANIFEST = "manifest.json"
_MOST_MANIFEST = 16_000_000  # bytes
_PIECE = 1 << 20
_LEVEL = 1  # of deflate: half of the time of the usual 6, a tenth larger


class ArchiveError(Exception):
    """The file is no whole copy; the text names the place and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One table or file. ``columns`` and ``rows`` of a table alone."""

    name: str
    bytes: int
    sha256: str
    rows: int = 0
    columns: Sequence[Sequence[str]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a copy says of itself. ``made_at``: UTC, ISO 8601; ``sequences``: the highest number given, by table."""

    made_at: str
    city: str
    version: str
    revision: str
    engine: str
    chronology: str  # hash of its newest row
    exercise: bool
    sequences: Mapping[str, int]
    members: Sequence[Member] = ()
    format: str = FORMAT

    @property
    def tables(self) -> list[Member]:
        """In the order in which they must be written."""
        return [one for one in self.members if one.name.startswith("tables/")]

    @property
    def files(self) -> list[Member]:
        return [one for one in self.members if one.name.startswith("files/")]


@dataclass
class Growing:
    """A copy that is being written."""

    zip: zipfile.ZipFile
    members: list[Member] = field(default_factory=list)

    @contextmanager
    def member(self, name: str, columns: Sequence[Sequence[str]] = ()) -> Iterator[Part]:
        """A member to write into; it counts when the block has come to its end."""
        with self.zip.open(name, "w", force_zip64=True) as into:
            part = Part(into)
            yield part
        told = Member(name=name, bytes=part.size, sha256=part.digest.hexdigest(), rows=part.rows, columns=columns)
        self.members.append(told)

    def end(self, manifest: Manifest) -> Manifest:
        """Write what it says of itself."""
        whole = replace(manifest, members=tuple(self.members))
        self.zip.writestr(_MANIFEST, json.dumps(asdict(whole), ensure_ascii=False, indent=1))
        return whole


class Part:
    """Where the bytes of a member go."""

    def __init__(self, into: IO[bytes]) -> None:
        self._into = into
        self.digest, self.size, self.rows = hashlib.sha256(), 0, 0

    def lines(self, lines: Sequence[bytes]) -> None:
        self.rows += len(lines)
        self.put(b"".join(line + b"\n" for line in lines))

    def put(self, data: bytes) -> None:
        self._into.write(data)
        self.digest.update(data)
        self.size += len(data)


@contextmanager
def new(file: Path) -> Iterator[Growing]:
    """A new copy; nothing of it stays where the block fails. Raises ArchiveError where the file exists, OSError."""
    part = file.with_name(file.name + ".part")
    if file.exists():
        raise ArchiveError(f"{file} exists; a copy never writes over another")
    with os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b") as raw:
        try:
            with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as made:
                yield Growing(made)
            raw.flush()
            os.fsync(raw.fileno())
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    os.link(part, file)  # unlike a rename it never writes over what came meanwhile
    part.unlink()


class Archive:
    """A copy that is read."""

    def __init__(self, made: zipfile.ZipFile, manifest: Manifest) -> None:
        self._zip, self.manifest = made, manifest

    def verify(self) -> None:
        """Read every member to its end. Raises ArchiveError for the first that is not what was written."""
        for one in self.manifest.members:
            for _ in self.pieces(one):
                pass

    def pieces(self, member: Member) -> Iterator[bytes]:
        """A member's bytes. Raises ArchiveError at its end, where they are not what was written."""
        digest, size = hashlib.sha256(), 0
        try:
            with self._zip.open(member.name) as found:
                while piece := found.read(min(_PIECE, member.bytes + 1 - size)):
                    digest.update(piece)
                    size += len(piece)
                    if size > member.bytes:
                        break
                    yield piece
        except (KeyError, zipfile.BadZipFile, zlib.error, OSError, EOFError) as error:
            raise ArchiveError(f"{member.name}: {error}; this copy is damaged, take another") from error
        if size != member.bytes or digest.hexdigest() != member.sha256:
            raise ArchiveError(f"{member.name} is not what was written; this copy is damaged, take another")

    def lines(self, member: Member, at_once: int) -> Iterator[list[bytes]]:
        """The rows of a table, some at a time."""
        held, rest = list[bytes](), b""
        for piece in self.pieces(member):
            *whole, rest = (rest + piece).split(b"\n")
            held += whole
            while len(held) >= at_once:
                yield held[:at_once]
                held = held[at_once:]
        if held:
            yield held


@contextmanager
def read(file: Path) -> Iterator[Archive]:
    """A copy. Raises ArchiveError where the file is none, or not of a format that is known here."""
    try:
        found = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError) as error:
        raise ArchiveError(f"{file} cannot be read as a copy: {error}") from error
    with found:
        yield Archive(found, _manifest(found, file))


def _manifest(found: zipfile.ZipFile, file: Path) -> Manifest:
    try:
        if found.getinfo(_MANIFEST).file_size > _MOST_MANIFEST:
            raise ArchiveError(f"{file}: its {_MANIFEST} is too large to be one of ours")
        told: dict[str, Any] = json.loads(found.read(_MANIFEST))
        if told["format"] != FORMAT:
            raise ArchiveError(f"{file} is of the format {told['format']}; this version reads {FORMAT}")
        members = [Member(**one) for one in told.pop("members")]
        manifest = Manifest(**told, members=members)
    except KeyError as error:
        why = "it is no copy of ours, or one that never came to its end"
        raise ArchiveError(f"{file} has no {error}: {why}") from error
    except (TypeError, ValueError) as error:
        raise ArchiveError(f"{file}: its {_MANIFEST} cannot be read: {error}") from error
    for one in manifest.members:
        _require_inside(one.name, file)
    return manifest


def _require_inside(name: str, file: Path) -> None:
    """Raise ArchiveError for a member that would be written outside of the data directory."""
    path = PurePosixPath(name)
    outside = path.is_absolute() or ".." in path.parts or path.parts[:1] not in {("tables",), ("files",)}
    if outside or "\\" in name or "\0" in name:
        raise ArchiveError(f"{file}: {name} leads outside; this is no copy of ours")
