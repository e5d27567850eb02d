"""The catalogue of official layers: what is published where, spelled out for one city."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from shapely.geometry.base import BaseGeometry

from geo.layers.kinds.registry import KINDS
from geo.mesh import cells_over

CATALOGUE = Path(__file__).with_suffix(".toml")
_PLACE = re.compile(r"\{(\w+)\}")


class CatalogueError(ValueError):
    """The catalogue, or what was asked of it, is wrong; the text names the entry and the cure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """One file to fetch, and how it is imported."""

    name: str  # of the layer
    kind: str
    url: str
    title: str
    page: str
    licence: str
    member: str = ""
    crs: str = ""
    sha256: str = ""  # where the file must be exactly this one
    mapping: Mapping[str, str]
    facts: Mapping[str, str]  # what the file does not tell of itself, such as the rain it was drawn for


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kind: str
    url: Annotated[str, Field(pattern=r"^https?://")]
    title: str
    page: str
    licence: str
    member: str = ""
    crs: str = ""
    sha256: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""
    prefectures: list[str] = []
    map: dict[str, str] = {}
    fact: dict[str, str] = {}


class Catalogue:
    """Entries by name, for the city with this code (JIS X 0402) and outline."""

    def __init__(self, files: Sequence[Path], code: str, outline: BaseGeometry) -> None:
        """Later files replace entries of earlier ones. Raises :class:`CatalogueError` with file and entry."""
        self._entries: dict[str, _Entry] = {}
        for path in files:
            self._entries |= _read(path)
        self._code, self._outline = code, outline

    def names(self) -> list[str]:
        """What may be asked for."""
        return list(self._entries)

    def files(self, name: str) -> list[Published]:
        """The files of an entry. Raises :class:`CatalogueError` for a name or a prefecture that is not there."""
        entry = self._entries.get(name)
        if entry is None:
            raise CatalogueError(f"the catalogue has no {name!r}; it has {', '.join(self._entries)}")
        if entry.prefectures and self._code[:2] not in entry.prefectures:
            raise CatalogueError(
                f"{name}: the address is not that of prefecture {self._code[:2]}; find it at {entry.page} "
                f"and import the file: shirase layers import FILE --kind {entry.kind}"
            )
        meshes = [cell.code for cell in cells_over(self._outline, 1)] if "{mesh1}" in entry.url else [""]
        return [self._file(name, entry, mesh) for mesh in meshes]

    def _file(self, name: str, entry: _Entry, mesh: str) -> Published:
        own = {"prefecture": self._code[:2], "city": self._code, "mesh1": mesh}
        return Published(
            name=f"{name}-{mesh}" if mesh else name,
            kind=entry.kind,
            url=_filled(entry.url, own),
            title=entry.title,
            page=entry.page,
            licence=entry.licence,
            member=_filled(entry.member, own),
            crs=entry.crs,
            sha256=entry.sha256,
            mapping=entry.map,
            facts=entry.fact,
        )


def _read(path: Path) -> dict[str, _Entry]:
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CatalogueError(f"{path}: there is no such file") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CatalogueError(f"{path}: {error}") from None
    return {name: _entry(table, f"{path}: [{name}]") for name, table in tables.items()}


def _entry(table: object, where: str) -> _Entry:
    try:
        entry = _Entry.model_validate(table)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_url=False))
        raise CatalogueError(f"{where}: {faults}") from None
    if entry.kind not in KINDS:
        raise CatalogueError(f"{where}: kind {entry.kind!r} is not known; use one of {', '.join(KINDS)}")
    unknown = set(_PLACE.findall(entry.url + entry.member)) - {"prefecture", "city", "mesh1"}
    if unknown:
        raise CatalogueError(f"{where}: {{{unknown.pop()}}} is not known; use {{prefecture}}, {{city}} or {{mesh1}}")
    return entry


def _filled(text: str, own: Mapping[str, str]) -> str:
    return _PLACE.sub(lambda match: own[match[1]], text)
