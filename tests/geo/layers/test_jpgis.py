"""National GML, built here as the real files are built: curves, surfaces, features, joined by reference."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from geo.crs import CrsError
from geo.layers.archive import SourceError
from geo.layers.importing import Request, import_layer
from geo.layers.layer import Layer, read_layer

OUTER = "39.7 141.1 39.7 141.2 39.8 141.2 39.8 141.1 39.7 141.1"
HOLE = "39.74 141.14 39.76 141.14 39.76 141.16 39.74 141.16 39.74 141.14"
SURFACE = """
<gml:Curve gml:id="Cv1_0"><gml:segments><gml:LineStringSegment><gml:posList>OUTER</gml:posList>
</gml:LineStringSegment></gml:segments></gml:Curve>
<gml:Curve gml:id="cv1_1"><gml:segments><gml:LineStringSegment><gml:posList>HOLE</gml:posList>
</gml:LineStringSegment></gml:segments></gml:Curve>
<gml:OrientableCurve gml:id="_cv1_1" orientation="-"><gml:baseCurve xlink:href="#cv1_1"/></gml:OrientableCurve>
<gml:Surface gml:id="sf1"><gml:patches><gml:PolygonPatch>
<gml:exterior><gml:Ring><gml:curveMember xlink:href="#cv1_0"/></gml:Ring></gml:exterior>
<gml:interior><gml:Ring><gml:curveMember xlink:href="#_cv1_1"/></gml:Ring></gml:interior>
</gml:PolygonPatch></gml:patches></gml:Surface>
""".replace("OUTER", OUTER).replace("HOLE", HOLE)


def dataset(features: str, parts: str = SURFACE, srs: str = "JGD2011 / (B, L)", encoding: str = "UTF-8") -> bytes:
    text = f"""<?xml version="1.0" encoding="{encoding}"?>
<ksj:Dataset gml:id="D" xmlns:gml="http://www.opengis.net/gml/3.2" xmlns:xlink="http://www.w3.org/1999/xlink"
 xmlns:ksj="http://nlftp.mlit.go.jp/ksj/schemas/ksj-app">
<gml:boundedBy><gml:EnvelopeWithTimePeriod srsName="{srs}"/></gml:boundedBy>{parts}{features}</ksj:Dataset>"""
    return text.encode(encoding)


def feature(name: str, where: str = '<ksj:bounds xlink:href="#sf1"/>', **values: object) -> str:
    inner = "".join(f"<ksj:{key}>{value}</ksj:{key}>" for key, value in values.items())
    return f'<ksj:{name} gml:id="x">{where}{inner}</ksj:{name}>'


def bring(tmp_path: Path, content: bytes, kind: str, **more: Any) -> tuple[dict[str, Any], Layer]:
    file = tmp_path / "A-20-25.xml"
    file.write_bytes(content)
    request = Request(file=file, kind=kind, name="x", imported_at=datetime(2026, 8, 1, tzinfo=UTC), **more)
    return import_layer(request, tmp_path / "layers"), read_layer(tmp_path / "layers" / "x.fgb")


@pytest.mark.parametrize(
    ("kind", "content", "facts"),
    [
        ("flood", feature("MaximumScale", waterDepth=3, riverName="北上川"), {"depth_rank": 3, "river": "北上川"}),
        ("flood", feature("ExpectedFloodArea", waterDepth=26), {"depth_min_m": 4.0, "scenario": "planned"}),
        (
            "landslide",
            feature("SedimentRelatedDisasterWarningAreasPolygon", cop=2, coz=2, znm="山岸の沢"),
            {"phenomenon": "debris_flow", "zone": "red", "name": "山岸の沢"},
        ),
        (
            "boundary",
            feature(
                "AdministrativeBoundary", prefectureName="岩手県", cityName="盛岡市", administrativeAreaCode="03201"
            ),
            {"code": "03201", "name": "盛岡市"},
        ),
        (
            "storm_surge",
            feature("AreasExpectedToBeFloodedByStormSurges", classificationOfWaterDepth="3m 以上 5m 未満"),
            {"depth_rank": 3},
        ),
    ],
)
def test_surfaces_with_their_holes(tmp_path: Path, kind: str, content: str, facts: dict[str, object]) -> None:
    report, layer = bring(tmp_path, dataset(content), kind)
    assert (report["read"], report["written"], report["crs"]["from"]) == (1, 1, "EPSG:6668")
    assert facts.items() <= layer.at(141.12, 39.72)[0].facts.items()
    assert layer.at(141.15, 39.75) == [], "the hole"


def test_rivers_are_lines_and_nodes_are_left_out(tmp_path: Path) -> None:
    parts = """<gml:Curve gml:id="c-1"><gml:segments><gml:LineStringSegment><gml:posList>39.7 141.1 39.7 141.2
</gml:posList></gml:LineStringSegment></gml:segments></gml:Curve>
<gml:Point gml:id="n-1"><gml:pos>39.7 141.1</gml:pos></gml:Point>"""
    stream = feature(
        "Stream",
        '<ksj:startRiverNode xlink:href="#gb1"/><ksj:location xlink:href="#c-1"/>',
        waterSystemCode="820204",
        riverCode="8202040494",
        sectionType=1,
        riverName="中津川",
    )
    node = feature("RiverNode", '<ksj:position xlink:href="#n-1"/>', elevation=1)
    report, layer = bring(tmp_path, dataset(stream + node, parts, "JGD2000 / (B, L)", "Shift_JIS"), "river")
    assert [zone.geometry.wkt for zone in layer.zones] == ["LINESTRING (141.1 39.7, 141.2 39.7)"]
    assert layer.zones[0].facts["name"] == "中津川"
    assert report["refused"] == [{"reason": "river code is missing", "count": 1, "features": [2]}]
    assert "JGD2000" in report["findings"][-1]


def test_what_refers_to_nothing_is_refused_with_the_reason(tmp_path: Path) -> None:
    content = feature("MaximumScale", waterDepth=3) + feature(
        "MaximumScale", '<ksj:bounds xlink:href="#sf2"/>', waterDepth=3
    )
    report, _ = bring(tmp_path, dataset(content), "flood")
    assert report["refused"] == [{"reason": "no geometry, or one that cannot be read", "count": 1, "features": [2]}]


def test_a_ring_with_a_missing_curve_is_no_polygon(tmp_path: Path) -> None:
    gap = SURFACE.replace('<gml:curveMember xlink:href="#cv1_0"/>', '<gml:curveMember xlink:href="#cv1_0"/>' * 2, 1)
    gap = gap.replace('"#cv1_0"/></gml:Ring>', '"#cv9"/></gml:Ring>')
    with pytest.raises(SourceError, match="no geometry"):
        bring(tmp_path, dataset(feature("MaximumScale", waterDepth=3), gap), "flood")


def test_without_a_datum_somebody_must_name_it(tmp_path: Path) -> None:
    content = dataset(feature("MaximumScale", waterDepth=3), srs="")
    with pytest.raises(CrsError, match="--crs"):
        bring(tmp_path, content, "flood")
    assert bring(tmp_path, content, "flood", crs="EPSG:6668")[0]["written"] == 1


@pytest.mark.parametrize(
    "content",
    [dataset(""), dataset("<ksj:Stream>")[:-40], b"<a/>", b"", dataset("").replace(b"?>", b"?><!DOCTYPE a>", 1)],
)
def test_what_is_no_national_gml_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(SourceError, match=r"A-20-25\.xml: cannot be read"):
        bring(tmp_path, content, "flood")


def test_the_metadata_beside_it_are_no_data(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.writestr("20/A31b-20-25.xml", dataset(feature("MaximumScale", waterDepth=3)))
        archive.writestr("KS-META-A31b-25.xml", "<m/>")
    request = Request(file=tmp_path / "z.zip", kind="flood", imported_at=datetime(2026, 8, 1, tzinfo=UTC))
    assert import_layer(request, tmp_path / "layers")["written"] == 1


def test_another_namespace_and_curves_that_are_called_oriented_but_are_not(tmp_path: Path) -> None:
    begin, end = SURFACE.index("<gml:OrientableCurve"), SURFACE.index("<gml:Surface")
    parts = SURFACE[:begin] + SURFACE[end:].replace('"#cv1_0"', '"#_cv1_0"')
    content = dataset(feature("MaximumScale", waterDepth=3), parts)
    content = content.replace(b"http://www.opengis.net/gml/3.2", b"http://schemas.opengis.net/gml/3.2.1")
    _, layer = bring(tmp_path, content, "flood")
    assert layer.at(141.12, 39.72) and layer.at(141.15, 39.75) == []


def _with_heights(surface: str) -> str:
    for line in (OUTER, HOLE):
        pairs = line.split()
        higher = " ".join(f"{lat} {lon} 5.0" for lat, lon in zip(pairs[::2], pairs[1::2], strict=True))
        surface = surface.replace(f"<gml:posList>{line}", f'<gml:posList srsDimension="3">{higher}')
    return surface


@pytest.mark.parametrize(
    "spelled",
    [
        lambda text: text.replace("ksj:", "app:").replace("xmlns:ksj", "xmlns:app"),
        lambda text: text.replace("gml:", "g:").replace("xmlns:gml", "xmlns:g"),
        lambda text: text.replace(" 39.8 141.2", "<!-- 北東 --> 39.8 141.2"),
        lambda text: text.replace(">24<", "><!-- 深さ -->24<"),
        lambda text: text.replace(">24<", "><![CDATA[24]]><"),
        lambda text: text.replace(">24<", ">\n  24 \n<"),
        lambda text: text.replace(" 39.8", "\n\t39.8"),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("<ksj:Exp", "<!-- 一件 --><?x y?><ksj:Exp"),
        lambda text: f"\N{ZERO WIDTH NO-BREAK SPACE}{text}",
        _with_heights,
    ],
)
def test_one_surface_in_many_hands(tmp_path: Path, spelled: Any) -> None:
    plain = dataset(feature("ExpectedFloodArea", waterDepth=24)).decode()
    _, whole = bring(tmp_path, plain.encode(), "flood")
    report, read = bring(tmp_path, spelled(plain).encode(), "flood")
    assert (report["written"], report["refused"]) == (1, [])
    (one,), (other,) = whole.zones, read.zones
    assert one.geometry.equals(other.geometry) and one.facts == other.facts
