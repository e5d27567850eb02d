"""National GML (JPGIS: 国土数値情報 as ``.xml``), which common readers take for empty.

Curves, surfaces and points stand first, each with an id; features refer to them, and to each other, by ``xlink``.
Coordinates are latitude, then longitude. A column is named by its feature and element, ``Stream.riverCode``, because
``waterDepth`` is a code of 2012 in one feature and a rank in another.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from lxml import etree
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

_NAMESPACE = b"nlftp.mlit.go.jp/ksj/schemas/ksj-app"
_GML = "opengis.net/gml"  # within the namespace: real files bear www.…/gml/3.2 or schemas.…/gml/3.2.1
_HREF = "{http://www.w3.org/1999/xlink}href"
# Year of the datum, as the envelope names it ("JGD2011 / (B, L)", "fguuid:jgd2000.bl") → EPSG
_DATUMS = {"2011": 6668, "2000": 4612}


@dataclass(slots=True)
class _Parts:
    """Geometries by id. Real files write ``Cv1`` here and ``#cv1`` there, so ids are compared in small letters."""

    curves: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    turned: dict[str, tuple[str, bool]] = field(default_factory=dict)  # id of an oriented curve → its base, reversed
    surfaces: dict[str, list[tuple[list[str], list[list[str]]]]] = field(default_factory=dict)  # patches: rings of ids
    points: dict[str, NDArray[np.float64]] = field(default_factory=dict)


def is_jpgis(path: Path) -> bool:
    """Whether the file is national GML with geometries by reference."""
    head = _head(path)
    return _NAMESPACE in head and b"Dataset" in head and b"featureMember" not in head


def read_jpgis(path: Path) -> Any:
    """The features as a GeoDataFrame; one whose geometry is not in the file has none.

    Entities, network and DTDs are off. Raises ValueError for broken XML, or for a file without features.
    """
    import geopandas

    if b"<!DOCTYPE" in _head(path):
        raise ValueError("a DOCTYPE is never read; national GML has none")
    parts, rows, references, datum = _Parts(), list[dict[str, str]](), list[list[str]](), None
    try:
        for element in _children(path):
            name = etree.QName(element).localname
            if _GML in element.tag:
                datum = datum or (_datum(element) if name == "boundedBy" else None)
                _take(parts, name, element)
            else:
                rows.append({f"{name}.{key}": text for key, text in _values(element)})
                references.append([_id(child.get(_HREF)) for child in element if child.get(_HREF)])
    except etree.XMLSyntaxError as error:
        raise ValueError(f"broken XML: {error}") from None
    if not rows:
        raise ValueError("national GML without features")
    shapes = [next((s for key in keys if (s := _shape(parts, key)) is not None), None) for keys in references]
    return geopandas.GeoDataFrame(rows, geometry=shapes, crs=datum)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(4096)


def _children(path: Path) -> Iterator[Any]:
    """The root's children, each forgotten once it has been used: national files are hundreds of megabytes."""
    walk = etree.iterparse(
        str(path), events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True
    )
    depth = 0
    for event, element in walk:
        depth += 1 if event == "start" else -1
        if event == "end" and depth == 1 and isinstance(element.tag, str):
            yield element
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]


def _values(element: Any) -> Iterator[tuple[str, str]]:
    for child in element:
        if isinstance(child.tag, str) and child.get(_HREF) is None and child.find("*") is None:
            yield etree.QName(child).localname, _text(child).strip()


def _text(element: Any) -> str:
    """All of it: a comment in its midst would cut ``text`` short, and a border with it."""
    return str(element.xpath("string()"))


def _take(parts: _Parts, name: str, element: Any) -> None:
    key = next((_id(value) for at, value in element.attrib.items() if etree.QName(at).localname == "id"), "")
    if name == "Curve":
        parts.curves[key] = np.vstack([_positions(e) for e in element.iter("{*}posList")] or [np.empty((0, 2))])
    elif name == "OrientableCurve":
        base = next((e.get(_HREF) for e in element.iter("{*}baseCurve")), "")
        parts.turned[key] = (_id(base), element.get("orientation") == "-")
    elif name == "Surface":
        parts.surfaces[key] = [
            (_members(patch, "exterior")[0] if _members(patch, "exterior") else [], _members(patch, "interior"))
            for patch in element.iter("{*}PolygonPatch")
        ]
    elif name == "Point":
        parts.points[key] = np.vstack([_positions(e) for e in element.iter("{*}pos")] or [np.empty((0, 2))])


def _members(patch: Any, side: str) -> list[list[str]]:
    return [[_id(e.get(_HREF)) for e in ring.iter("{*}curveMember")] for ring in patch.iter(f"{{*}}{side}")]


def _positions(element: Any) -> NDArray[np.float64]:
    """Longitude and latitude of each position; a height, which only ``srsDimension`` tells of, is left out."""
    dimensions = next((d for e in (element, *element.iterancestors()) if (d := e.get("srsDimension"))), "2")
    try:
        numbers = np.array(_text(element).split(), dtype=np.float64)
        return numbers.reshape(-1, 3 if dimensions == "3" else 2)[:, 1::-1]
    except ValueError:
        return np.full((1, 2), np.nan)


def _shape(parts: _Parts, key: str) -> BaseGeometry | None:
    """The geometry of an id, valid or not; None where it is not here, or cannot be built."""
    try:
        if key in parts.surfaces:
            polygons = [
                shapely.Polygon(_ring(parts, outer), [_ring(parts, inner) for inner in inners])
                for outer, inners in parts.surfaces[key]
            ]
            return polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)
        if key in parts.points:
            return shapely.Point(parts.points[key][0])
        curve = _curve(parts, key)
        return None if curve is None else shapely.LineString(curve)
    except (ValueError, IndexError, KeyError, shapely.errors.GEOSException):
        return None


def _ring(parts: _Parts, keys: list[str]) -> NDArray[np.float64]:
    """Curves end to end. Raises KeyError for one that is missing: a ring with a gap would lie."""
    curves = []
    for key in keys:
        curve = _curve(parts, key)
        if curve is None:
            raise KeyError(key)
        curves.append(curve)
    return np.vstack(curves)


def _curve(parts: _Parts, key: str) -> NDArray[np.float64] | None:
    """An oriented curve is called as its base with a ``_`` before; some files leave its definition out."""
    base, backwards = parts.turned.get(key, (key if key in parts.curves else key.removeprefix("_"), False))
    curve = parts.curves.get(base)
    return curve[::-1] if backwards and curve is not None else curve


def _datum(element: Any) -> int | None:
    names = " ".join(str(e.get("srsName") or "") for e in element.iter())
    return next((code for year, code in _DATUMS.items() if year in names), None)


def _id(reference: str | None) -> str:
    return (reference or "").removeprefix("#").lower()
