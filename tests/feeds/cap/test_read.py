"""The CAP reader: what is hostile stays out, what is clumsy is understood."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.cap import CapError, CapValue, read
from feeds.cap.schema import NAMESPACE
from tests.feeds.cap.test_codec import MINIMAL, REAL, real

BOMB = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">%s]><alert>&j;</alert>' % b"".join(
    b'<!ENTITY %c "%s">' % (98 + i, (b"&%c;" % (97 + i)) * 10) for i in range(9)
)
HOSTILE = {
    "nothing": (b"", "empty"),
    "white space": (b" \n ", "empty"),
    "no XML": (b"\x00\xff", "encoding"),
    "half a tag": (b"<alert", "not_xml"),
    "depth": (b"<a>" * 20000, "not_xml"),
    "a bomb": (BOMB, "doctype"),
    "a DOCTYPE behind a comment": (
        b"<?xml version='1.0'?>\n<!-- > --><?x y?>\n<!DOCTYPE alert SYSTEM 'x'><alert/>",
        "doctype",
    ),
    "a DOCTYPE behind a mark": (b"\xef\xbb\xbf<!DOCTYPE alert><alert/>", "doctype"),
    "a DOCTYPE in UTF-16": ("<!DOCTYPE alert><alert/>".encode("utf-16"), "doctype"),
    "a DOCTYPE in UTF-16 the other way round": (b"\xfe\xff" + "<!DOCTYPE a><a/>".encode("utf-16-be"), "doctype"),
    "UTF-16 without mark": ("<!DOCTYPE alert><alert/>".encode("utf-16-le"), "encoding"),
    "UTF-32": ("<alert/>".encode("utf-32"), "encoding"),
    "UTF-7": (b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE a+AD4-<a/>', "encoding"),
    "EBCDIC": (b'<?xml version="1.0" encoding="cp037"?><a/>', "encoding"),
    "an entity from nowhere": (MINIMAL.replace("雪", "&xxe;").encode(), "not_xml"),
    "HTML": (b"<html><body>503</body></html>", "not_cap"),
    "another namespace": (MINIMAL.replace("cap:1.2", "cap:9").encode(), "not_cap"),
    "two roots": (b"<a/><b/>", "not_xml"),
    "no scope": (MINIMAL.replace("<scope>Public</scope>", "").encode(), "missing"),
    "another status": (MINIMAL.replace("Actual", "actual").encode(), "bad_value"),
    "no zone": (MINIMAL.replace("+09:00", "").encode(), "bad_time"),
    "no such day": (MINIMAL.replace("2026-01-15", "2026-02-30").encode(), "bad_time"),
    "the end of time": (
        MINIMAL.replace("2026-01-15T06", "9999-12-31T24").replace("24:10", "24:00").encode(),
        "bad_time",
    ),
    "garbage in a polygon": (
        MINIMAL.replace("</areaDesc>", "</areaDesc><polygon>a b</polygon>").encode(),
        "bad_polygon",
    ),
    "a point that is no number": (
        MINIMAL.replace("</areaDesc>", "</areaDesc><polygon>3_9,1 nan,2 1,1</polygon>").encode(),
        "bad_polygon",
    ),
    "two corners": (MINIMAL.replace("</areaDesc>", "</areaDesc><polygon>1,1 2,2</polygon>").encode(), "bad_polygon"),
    "swapped in Japan": (
        MINIMAL.replace("</areaDesc>", "</areaDesc><polygon>141,39 141,40 142,40 141,39</polygon>").encode(),
        "bad_polygon",
    ),
    "no radius": (MINIMAL.replace("</areaDesc>", "</areaDesc><circle>39,141</circle>").encode(), "bad_circle"),
    "garbage in references": (MINIMAL.replace("<info>", "<references>x</references><info>").encode(), "bad_reference"),
    "an altitude without end": (
        MINIMAL.replace("</areaDesc>", "</areaDesc><altitude>1e999</altitude>").encode(),
        "bad_number",
    ),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_the_reader_refuses(what: str) -> None:
    document, code = HOSTILE[what]
    with pytest.raises(CapError) as refusal:
        read(document)
    assert refusal.value.code == code
    assert refusal.value.at


def test_the_size_is_bounded() -> None:
    with pytest.raises(CapError, match="more than the 100 allowed"):
        read(MINIMAL.encode(), limit=100)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200), st.integers(0, len(MINIMAL)), st.integers(0, 40))
def test_broken_bytes_give_an_alert_or_a_named_error(noise: bytes, place: int, cut: int) -> None:
    document = MINIMAL.encode()
    for candidate in (noise, document[:place] + noise + document[place + cut :]):
        try:
            read(candidate)
        except CapError as error:
            assert error.code
            assert error.at


# What the reader understands


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "shift_jis", "euc-jp"])
def test_declared_encodings_are_honoured(encoding: str) -> None:
    declared = encoding.removesuffix("-sig")
    document = f"<?xml version='1.0' encoding='{declared}'?>{MINIMAL}".encode(encoding)
    assert read(document).infos[0].event == "雪"


def test_markup_in_text_is_only_text() -> None:
    document = MINIMAL.replace("<event>雪", "<event><![CDATA[<!DOCTYPE html>]]><!-- x -->雪")
    assert read(document.encode()).infos[0].event == "<!DOCTYPE html>雪"


def test_clumsy_writers_are_understood() -> None:
    document = (
        MINIMAL.replace("+09:00", "Z")
        .replace("<info>", '<addresses>a@b "c d" e</addresses><info>')
        .replace("</areaDesc>", "</areaDesc><geocode><value>v</value><valueName>n</valueName></geocode>")
        .replace("</area>", "<polygon>(39.1,141.1) (39.2,141.1)\n(39.2,141.2)</polygon><polygon/></area>")
        .replace("雪", " \n雪\t")
    )
    one = read(document.encode())
    (place,) = one.infos[0].areas
    assert one.sent == datetime(2026, 1, 15, 6, 10, tzinfo=UTC)
    assert one.addresses == ("a@b", "c d", "e")
    assert place.geocodes == (CapValue("n", "v"),)
    assert place.polygons == (((141.1, 39.1), (141.1, 39.2), (141.2, 39.2), (141.1, 39.1)),)
    assert one.infos[0].event == "雪"


def test_midnight_may_be_the_end_of_the_day() -> None:
    one = read(MINIMAL.replace("06:10:00+09:00", "24:00:00-00:00").encode())
    assert one.sent == datetime(2026, 1, 16, tzinfo=UTC)


def test_cap_1_0_is_read() -> None:
    document = (
        MINIMAL.replace(NAMESPACE, "http://www.incident.com/cap/1.0")
        .replace("<scope>Public</scope>", "<password>x</password>")
        .replace("Likely", "Very Likely")
        .replace("<area>", "<parameter>HSAS=ORANGE</parameter><area>")
    )
    one = read(document.encode())
    assert (one.scope, one.infos[0].certainty) == ("Public", "Likely")
    assert one.infos[0].parameters == (CapValue("HSAS", "ORANGE"),)


def test_cap_1_1_is_read() -> None:
    assert read(MINIMAL.replace("cap:1.2", "cap:1.1").encode()) == read(MINIMAL.encode())


# Real alerts


def samples() -> list[Path]:
    return sorted(REAL.glob("*.xml")) if REAL.is_dir() else [Path("none")]


@real
@pytest.mark.real
@pytest.mark.parametrize("path", samples(), ids=lambda path: path.stem)
def test_real_alerts_are_read(path: Path) -> None:
    refused = {"bad-missing-scope-and-info-order": "missing", "hostile-xxe-xinclude": "doctype"}
    if path.stem in refused:
        with pytest.raises(CapError) as refusal:
            read(path.read_bytes())
        assert refusal.value.code == refused[path.stem]
    else:
        one = read(path.read_bytes())
        assert one.identifier
        assert one.sent.tzinfo is not None


@real
@pytest.mark.real
def test_a_real_alert_is_understood_in_full() -> None:
    one = read((REAL / "ca-ec-thunderstorm-update-bilingual.xml").read_bytes())
    assert [info.language for info in one.infos] == ["en-CA", "fr-CA"]
    assert len(one.references) == 2
    assert sum(len(place.polygons) for info in one.infos for place in info.areas) == 4
    lon, lat = one.infos[0].areas[0].polygons[0][0]
    assert lon < -60 < 40 < lat, "longitude first inside the house"


@real
@pytest.mark.real
def test_other_languages_survive() -> None:
    one = read((REAL / "mo-monsoon-update-trilingual.xml").read_bytes())
    assert [info.language for info in one.infos] == ["zh-mo", "pt-PT", "en-US"]
    assert one.infos[0].event == "強烈季候風信號"
