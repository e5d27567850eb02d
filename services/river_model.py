"""The learned river model in use: a file of the data folder, else one of the profile; read anew when it changes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

import structlog

from geo.river.forecast import RiverModel
from geo.river.model_file import ModelFileError, read
from services.settings import Settings

log = structlog.get_logger(__name__)
_MOST = 64 * 2**20  # bytes
_Seen: TypeAlias = tuple[Path, int, int]  # path, time and size: another file has another


class RiverFile:
    """Asked at every step: looking costs microseconds, reading happens only where there is something new."""

    def __init__(self, places: Sequence[Path]) -> None:
        self._places = tuple(places)  # the first that exists counts
        self._seen: _Seen | None = None
        self.model: RiverModel | None = None
        self.trouble = ""  # why the file that is there is not in use

    @classmethod
    def of(cls, settings: Settings) -> RiverFile:
        """That of a hub: what it has learned itself goes before what the profile brings."""
        return cls(_places(settings))

    async def look(self) -> bool:
        """True where another model is in use from now on. A file that cannot be used leaves the last good one."""
        now = next((seen for place in self._places if (seen := _seen(place))), None)
        if now == self._seen:
            return False
        self._seen, before = now, self.model
        if now is None:
            self.model, self.trouble = None, ""
            log.info("no river model any more: rivers are extrapolated")
            return before is not None
        try:
            self.model = await asyncio.to_thread(read_file, now[0])
        except ModelFileError as error:
            self.trouble = str(error)
            log.error(
                "river model refused", file=str(now[0]), why=str(error), still="the last one" if before else "none"
            )
            return False
        self.trouble = ""
        known = self.model.provenance
        log.info("river model in use", file=str(now[0]), trained_at=known and known.trained_at)
        return True


def in_use(settings: Settings) -> RiverModel | None:
    """What a hub that starts now takes into use, None without a file. Raises ModelFileError."""
    found = next((place for place in _places(settings) if place.exists()), None)
    return read_file(found) if found else None


def _places(settings: Settings) -> tuple[Path, Path]:
    return own_file(settings), settings.profile / "models" / "river.json"


def own_file(settings: Settings) -> Path:
    """Where ``shirase train river`` puts what it has learned."""
    return settings.data_dir / "models" / "river.json"


def read_file(path: Path) -> RiverModel:
    """Raises ModelFileError with path, place and cure."""
    try:
        if path.stat().st_size > _MOST:
            raise ModelFileError(f"larger than {_MOST // 2**20} MB, which no river model is")
        return read(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ModelFileError) as error:
        raise ModelFileError(f"{path}: {error}") from None


def _seen(path: Path) -> _Seen | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return path, stat.st_mtime_ns, stat.st_size
