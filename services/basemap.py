"""Which base map is shown: the one that an officer has built, else the plain one, made when it is first asked for.

Both lie in ``DATA_DIR/basemap``. A file may be exchanged at any time: it is looked at with every tile, and one that
cannot be shown leaves the old one standing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import structlog

from geo.basemap.building import About, build, own_of
from geo.basemap.plain import credits_of, digest_of, plain_pieces
from geo.basemap.tiles import Tiles, TilesError
from geo.crs import CrsError
from geo.geojson import ProfileError, read_geojson
from geo.layers.archive import SourceError

BUILT, PLAIN = "city.pmtiles", "plain.pmtiles"
_TROUBLE = (TilesError, SourceError, ProfileError, CrsError, OSError)
_log = structlog.get_logger("basemap")


@dataclass(frozen=True, slots=True)
class Shown:
    """An open file, what it says of its making, and a mark that is another one for every file."""

    tiles: Tiles
    own: Mapping[str, Any]
    mark: str


def folder(data_dir: Path) -> Path:
    """Where base maps lie."""
    return data_dir / "basemap"


def network(data_dir: Path) -> Path:
    """Where imported roads lie."""
    return data_dir / "network"


def shown(path: Path) -> Shown:
    """Open a file. Raises TilesError, or OSError."""
    tiles = Tiles.open(path)
    try:
        own = own_of(tiles, path.name)
    except TilesError:
        tiles.close()
        raise
    return Shown(tiles, own, sha256(repr(_seen(path)).encode()).hexdigest()[:12])


def make_plain(profile: Path, data_dir: Path, built_at: datetime) -> dict[str, Any]:
    """Draw the plain one anew; returns the report. Raises SourceError, ProfileError, CrsError or OSError."""
    pieces = list(plain_pieces(profile, network(data_dir)))
    outline = read_geojson(profile / "city.geojson", ("Polygon", "MultiPolygon")).features[0]
    about = About(
        name=outline.text("name"),
        built_at=built_at,
        credits=credits_of(pieces),
        sources=("profile",),
        plain=True,
        digest=digest_of(profile, network(data_dir)),
    )
    return build(pieces, about, folder(data_dir) / PLAIN, outline.geometry.bounds)


def _seen(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


@dataclass
class Basemap:
    """What the pages ask. ``profile`` None: there is no city to draw, and no map."""

    profile: Path | None = None
    data_dir: Path = Path("var")
    _shown: Shown | None = None
    _seen: tuple[Any, ...] | None = None
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def current(self, now: datetime) -> Shown | None:
        """What is to be shown; None where there is nothing. ``now`` is noted as the time of a plain one's making."""
        if self.profile is None:
            return None
        if self._look() != self._seen:
            async with self._lock:
                if self._look() != self._seen:
                    await self._exchange(self.profile, now)
        return self._shown

    def close(self) -> None:
        if self._shown is not None:
            self._shown.tiles.close()
        self._shown = self._seen = None

    def _look(self) -> tuple[Any, ...]:
        return tuple(_seen(folder(self.data_dir) / name) for name in (BUILT, PLAIN))

    async def _exchange(self, profile: Path, now: datetime) -> None:
        """The new file for the old one. A broken one leaves the old one standing, if there is any."""
        found = await asyncio.to_thread(self._found, profile, now)
        self._seen = self._look()
        if found is None:
            return
        old, self._shown = self._shown, found
        if old is not None:  # closed here and not in the thread: whoever asks for a tile does so without a pause
            old.tiles.close()
        _log.info("base map", plain=found.own["plain"], built_at=found.own["built_at"])

    def _found(self, profile: Path, now: datetime) -> Shown | None:
        path = folder(self.data_dir) / BUILT
        found = self._open(path)
        if found is None and path.exists() and self._shown is not None:
            return None
        return found or self._plain(profile, now)

    def _plain(self, profile: Path, now: datetime) -> Shown | None:
        path = folder(self.data_dir) / PLAIN
        try:
            found = self._open(path)
            if found is not None and found.own.get("digest") == digest_of(profile, network(self.data_dir)):
                return found
            if found is not None:
                found.tiles.close()
            make_plain(profile, self.data_dir, now)
        except _TROUBLE as error:
            _log.warning("the plain base map cannot be made", why=str(error))
            return None
        return self._open(path)

    def _open(self, path: Path) -> Shown | None:
        if not path.exists():
            return None
        try:
            return shown(path)
        except (TilesError, OSError) as error:
            _log.warning("a base map cannot be shown", file=path.name, why=str(error))
            return None
