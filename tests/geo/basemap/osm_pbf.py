"""A small OpenStreetMap extract as the format's own documents describe it (.osm.pbf), made by hand."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Tags = Mapping[str, str]


@dataclass
class Extract:
    """Nodes by id, and ways over them."""

    nodes: list[tuple[int, float, float, Tags]] = field(default_factory=list)  # id, lon, lat
    ways: list[tuple[int, Sequence[int], Tags]] = field(default_factory=list)

    def node(self, lon: float, lat: float, **tags: str) -> int:
        self.nodes.append((len(self.nodes) + 1, lon, lat, _named(tags)))
        return len(self.nodes)

    def way(self, points: Sequence[tuple[float, float]], *, closed: bool = False, **tags: str) -> None:
        ids = [self.node(lon, lat) for lon, lat in points]
        self.ways.append((len(self.ways) + 1, [*ids, ids[0]] if closed else ids, _named(tags)))

    def packed(self) -> bytes:
        words: dict[str, int] = {"": 0}
        group = b"".join(_field(1, _node(one, words)) for one in self.nodes)
        ways = b"".join(_field(3, _way(one, words)) for one in self.ways)
        table = b"".join(_field(1, word.encode()) for word in words)
        block = _field(1, table) + _field(2, group) + _field(2, ways)
        return _blob("OSMHeader", _field(4, b"OsmSchema-V0.6")) + _blob("OSMData", block)


def _named(tags: Tags) -> dict[str, str]:
    """``name__ja_Hira`` for ``name:ja-Hira``."""
    return {key.replace("__", ":").replace("ja_Hira", "ja-Hira"): value for key, value in tags.items()}


def _node(one: tuple[int, float, float, Tags], words: dict[str, int]) -> bytes:
    number, lon, lat, tags = one
    placed = _number(8, _zigzag(round(lat * 1e7))) + _number(9, _zigzag(round(lon * 1e7)))
    return _number(1, _zigzag(number)) + _tagged(tags, words) + placed


def _way(one: tuple[int, Sequence[int], Tags], words: dict[str, int]) -> bytes:
    number, ids, tags = one
    steps = [b - a for a, b in zip([0, *ids], ids, strict=False)]
    return _number(1, number) + _tagged(tags, words) + _field(8, b"".join(_varint(_zigzag(step)) for step in steps))


def _tagged(tags: Tags, words: dict[str, int]) -> bytes:
    keys = b"".join(_varint(words.setdefault(key, len(words))) for key in tags)
    values = b"".join(_varint(words.setdefault(value, len(words))) for value in tags.values())
    return _field(2, keys) + _field(3, values) if tags else b""


def _blob(kind: str, data: bytes) -> bytes:
    blob = _number(2, len(data)) + _field(3, zlib.compress(data))
    head = _field(1, kind.encode()) + _number(3, len(blob))
    return struct.pack(">I", len(head)) + head + blob


def _field(number: int, data: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def _number(number: int, value: int) -> bytes:
    return _varint(number << 3) + _varint(value)


def _zigzag(value: int) -> int:
    return value << 1 if value >= 0 else (-value << 1) - 1


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*found, value])
