"""A base map as it is asked for: tiles out of one PMTiles file (version 3), which is checked as a whole when opened."""

from __future__ import annotations

import json
import os
import zlib
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pmtiles.tile import (
    Compression,
    Entry,
    MagicNumberNotFound,
    SpecVersionUnsupported,
    TileType,
    deserialize_directory,
    deserialize_header,
    zxy_to_tileid,
)

_HEADER = 127  # bytes
_MOST_DIRECTORY = 8 * 2**20  # bytes of a directory once unpacked; a city's has some kilobytes
_MOST_TILES = 2_000_000
_MOST_TILE = 4 * 2**20  # bytes of a tile, packed or not
_MOST_METADATA = 2**20


class TilesError(ValueError):
    """The file is no base map that can be shown; the text says why."""


@dataclass(frozen=True, slots=True)
class Tiles:
    """An open file. Its directory is held (some 50 bytes a tile), its tiles are read when asked for."""

    descriptor: int
    size: int
    about: Mapping[str, Any]  # its metadata
    header: Mapping[str, Any]
    ids: list[int]
    entries: list[Entry]

    @classmethod
    def open(cls, path: Path) -> Tiles:
        """Open and check. Raises TilesError; OSError where the file cannot be opened at all."""
        descriptor = os.open(path, os.O_RDONLY)
        try:
            return _checked(cls, descriptor, path.name)
        except BaseException:
            os.close(descriptor)
            raise

    def close(self) -> None:
        os.close(self.descriptor)

    @property
    def zooms(self) -> tuple[int, int]:
        return self.header["min_zoom"], self.header["max_zoom"]

    def tile(self, z: int, x: int, y: int) -> bytes | None:
        """The tile as it lies in the file, packed by gzip; None where there is nothing to draw.

        Raises TilesError for what is no tile any more: the file was written over while it was open.
        """
        low, high = self.zooms
        if not (low <= z <= high and 0 <= x < 1 << z and 0 <= y < 1 << z):
            return None
        number = zxy_to_tileid(z, x, y)
        at = bisect_right(self.ids, number) - 1
        if at < 0 or number >= self.entries[at].tile_id + self.entries[at].run_length:
            return None
        return self._bytes(self.entries[at])

    def all(self) -> Iterator[tuple[int, bytes]]:
        """Every tile with its number, in order."""
        for entry in self.entries:
            packed = self._bytes(entry)
            for more in range(entry.run_length):
                yield entry.tile_id + more, packed

    def _bytes(self, entry: Entry) -> bytes:
        packed = os.pread(self.descriptor, entry.length, self.header["tile_data_offset"] + entry.offset)
        if len(packed) != entry.length or packed[:2] != b"\x1f\x8b":
            raise TilesError("the file was changed while it was open; write a new one beside it and rename it")
        return packed


def unpacked(packed: bytes, most: int = _MOST_TILE) -> bytes:
    """What gzip packed. Raises TilesError for broken data, and for more than ``most`` bytes."""
    reader = zlib.decompressobj(wbits=31)
    try:
        plain = reader.decompress(packed, most + 1)
    except zlib.error as error:
        raise TilesError(f"a part of the file cannot be unpacked: {error}") from None
    if len(plain) > most or not reader.eof:
        raise TilesError(f"a part of the file is cut off, or unpacks to more than {most} bytes")
    return plain


def _checked(kind: type[Tiles], descriptor: int, label: str) -> Tiles:
    size = os.fstat(descriptor).st_size
    try:
        header = deserialize_header(os.pread(descriptor, _HEADER, 0).ljust(_HEADER, b"\0"))
    except (MagicNumberNotFound, SpecVersionUnsupported, UnicodeDecodeError, ValueError):
        raise TilesError(f"{label}: is no PMTiles file of version 3") from None
    packings = (header["internal_compression"], header["tile_compression"])
    if header["tile_type"] is not TileType.MVT or packings != (Compression.GZIP, Compression.GZIP):
        raise TilesError(
            f"{label}: holds other than vector tiles packed by gzip; build it with `shirase basemap build`"
        )
    if not 0 <= header["min_zoom"] <= header["max_zoom"] <= 20:
        raise TilesError(f"{label}: zooms {header['min_zoom']} to {header['max_zoom']} cannot be")
    entries = _Directories(descriptor, size, header).entries()
    _check_entries(entries, header, size, label)
    about = _about(_part(descriptor, size, header["metadata_offset"], header["metadata_length"], _MOST_METADATA), label)
    return kind(descriptor, size, about, header, [entry.tile_id for entry in entries], entries)


@dataclass(slots=True)
class _Directories:
    """The root directory and the leaves below it: a leaf that leads back to itself must not be followed for ever."""

    descriptor: int
    size: int
    header: Mapping[str, Any]
    left: int = 4096  # directories that may still be read

    def entries(self) -> list[Entry]:
        found: list[Entry] = []
        self._read(self.header["root_offset"], self.header["root_length"], found)
        return found

    def _read(self, offset: int, length: int, found: list[Entry]) -> None:
        packed = _part(self.descriptor, self.size, offset, length, _MOST_DIRECTORY)
        unpacked(packed, _MOST_DIRECTORY)
        self.left -= 1
        try:
            here = deserialize_directory(packed)
        except (EOFError, IndexError, ValueError, OSError, zlib.error):
            raise TilesError("its directory is broken") from None
        for entry in here:
            if entry.run_length:
                found.append(entry)
            elif self.left > 0:
                self._read(self.header["leaf_directory_offset"] + entry.offset, entry.length, found)
            else:
                raise TilesError("its directory is broken")
            if len(found) > _MOST_TILES:
                raise TilesError(f"it holds more than {_MOST_TILES} tiles")


def _part(descriptor: int, size: int, offset: int, length: int, most: int) -> bytes:
    if not 0 < length <= most or offset + length > size:
        raise TilesError("its directory or metadata lie outside of it: it is broken, or cut off")
    return os.pread(descriptor, length, offset)


def _check_entries(entries: list[Entry], header: Mapping[str, Any], size: int, label: str) -> None:
    if not entries:
        raise TilesError(f"{label}: holds no tile")
    end = 0
    for entry in entries:
        if entry.tile_id < end or not 0 < entry.length <= _MOST_TILE or entry.run_length > _MOST_TILES:
            raise TilesError(f"{label}: its directory is broken")
        if header["tile_data_offset"] + entry.offset + entry.length > size:
            raise TilesError(f"{label}: is cut off; it was not written to its end")
        end = entry.tile_id + entry.run_length


def _about(packed: bytes, label: str) -> Mapping[str, Any]:
    try:
        found = json.loads(unpacked(packed, _MOST_METADATA))
    except (UnicodeDecodeError, ValueError) as error:
        if isinstance(error, TilesError):
            raise
        raise TilesError(f"{label}: its metadata are broken") from None
    if not isinstance(found, dict):
        raise TilesError(f"{label}: its metadata are broken")
    return found
