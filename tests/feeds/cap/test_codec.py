"""The CAP codec: what goes out comes back, what is hostile stays out."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from feeds.cap import (
    CapAlert,
    CapArea,
    CapCircle,
    CapError,
    CapInfo,
    CapReference,
    CapResource,
    CapValue,
    read,
    write,
)
from feeds.cap.schema import CATEGORY, CERTAINTY, MSG_TYPE, NAMESPACE, RESPONSE, SCOPE, SEVERITY, STATUS, URGENCY

REAL = Path(os.environ.get("SHIRASE_REAL_DATA") or "nowhere") / "cap"
real = pytest.mark.skipif(not REAL.is_dir(), reason="SHIRASE_REAL_DATA does not name the folder of real samples")
JST = timezone(timedelta(hours=9))
SENT = datetime(2026, 1, 15, 6, 10, tzinfo=JST)
RING = ((141.1, 39.7), (141.2, 39.7), (141.2, 39.8), (141.1, 39.7))

MINIMAL = f"""<alert xmlns="{NAMESPACE}"><identifier>a1</identifier><sender>x@example.jp</sender>
<sent>2026-01-15T06:10:00+09:00</sent><status>Actual</status><msgType>Alert</msgType><scope>Public</scope>
<info><category>Met</category><event>雪</event><urgency>Expected</urgency><severity>Minor</severity>
<certainty>Likely</certainty><area><areaDesc>盛岡</areaDesc></area></info></alert>"""


def alert(**changes: object) -> CapAlert:
    one = read(MINIMAL.encode())
    one = replace(one, infos=(replace(one.infos[0], language="ja"),))
    return replace(one, **changes)  # type: ignore[arg-type]


def in_area(**changes: object) -> CapAlert:
    one = alert()
    area = replace(one.infos[0].areas[0], **changes)  # type: ignore[arg-type]
    return replace(one, infos=(replace(one.infos[0], areas=(area,)),))


def in_info(**changes: object) -> CapAlert:
    one = alert()
    return replace(one, infos=(replace(one.infos[0], **changes),))  # type: ignore[arg-type]


# Round trip

text = st.text("aZ9 雪。<&>\"'\U0001f328", min_size=1, max_size=12).map(str.strip).filter(bool)
name = st.text("abcXYZ019.:-_@", min_size=1, max_size=12)
moment = st.integers(0, 2_000_000_000).map(lambda seconds: SENT + timedelta(seconds=seconds))
degrees = st.decimals(-90, 90, places=6).map(float)
point = st.tuples(st.decimals(-180, 180, places=6).map(float), degrees)
ring = st.lists(point, min_size=3, max_size=8).map(lambda points: (*points, points[0]))
circle = st.builds(CapCircle, degrees, degrees, st.integers(0, 500).map(float))
value = st.builds(CapValue, text, text)
area = st.builds(
    CapArea,
    description=text,
    polygons=st.lists(ring, max_size=2).map(tuple),
    circles=st.lists(circle, max_size=2).map(tuple),
    geocodes=st.lists(value, max_size=2).map(tuple),
    altitude_ft=st.just(10.5),
    ceiling_ft=st.none() | st.just(20.0),
)
resource = st.builds(
    CapResource,
    description=text,
    mime_type=st.just("image/png"),
    size=st.none() | st.integers(0, 10**9),
    uri=st.just("https://example.jp/a.png"),
    digest=st.just("a" * 40),
)


def some(listed: tuple[str, ...], least: int = 0) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(listed), min_size=least, max_size=3).map(tuple)


info = st.builds(
    CapInfo,
    language=st.sampled_from(["ja", "en-GB", "ja-x-easy"]),
    categories=some(CATEGORY.words, 1),
    event=text,
    response_types=some(RESPONSE.words),
    urgency=st.sampled_from(URGENCY.words),
    severity=st.sampled_from(SEVERITY.words),
    certainty=st.sampled_from(CERTAINTY.words),
    event_codes=st.lists(value, max_size=2).map(tuple),
    expires=st.none() | st.just(datetime(2100, 1, 1, tzinfo=UTC)),
    headline=st.just("") | text,
    instruction=st.just("") | text,
    parameters=st.lists(value, max_size=2).map(tuple),
    resources=st.lists(resource, max_size=1).map(tuple),
    areas=st.lists(area, max_size=2).map(tuple),
)
past = st.builds(
    CapReference, sender=name, identifier=name.map("earlier-".__add__), sent=st.just(SENT - timedelta(days=1))
)
message = st.builds(
    CapAlert,
    identifier=name,
    sender=name,
    sent=moment,
    status=st.sampled_from(STATUS.words),
    msg_type=st.sampled_from(MSG_TYPE.words),
    scope=st.sampled_from(SCOPE.words),
    restriction=text,
    addresses=st.lists(st.text("ab @", min_size=1).map(str.strip).filter(bool), min_size=1, max_size=3).map(tuple),
    references=st.lists(past, min_size=1, max_size=3).map(tuple),
    incidents=st.lists(name, max_size=2).map(tuple),
    note=st.just("") | text,
    infos=st.lists(info, max_size=2).map(tuple),
)


def official() -> etree.XMLSchema | None:
    return etree.XMLSchema(etree.parse(REAL / "cap12.xsd")) if REAL.is_dir() else None


@settings(max_examples=150, deadline=None)
@given(message)
def test_what_is_written_reads_back_the_same(one: CapAlert) -> None:
    document = write(one)
    assert read(document) == one
    assert write(read(document)) == document


@real
@settings(max_examples=100, deadline=None)
@given(message)
def test_what_is_written_fits_the_official_schema(one: CapAlert) -> None:
    schema = official()
    assert schema is not None
    schema.assertValid(etree.fromstring(write(one)))


def test_the_document_puts_latitude_first_and_hours_in_japan() -> None:
    one = in_area(polygons=(RING,), circles=(CapCircle(141.15, 39.7, 0.5),))
    document = write(replace(one, sent=SENT.astimezone(UTC))).decode()
    assert "<polygon>39.7,141.1 39.7,141.2 39.8,141.2 39.7,141.1</polygon>" in document
    assert "<circle>39.7,141.15 0.5</circle>" in document
    assert "<sent>2026-01-15T06:10:00+09:00</sent>" in document


def test_tiny_numbers_are_never_written_with_an_exponent() -> None:
    assert "0.0000001,0 3" in write(in_area(circles=(CapCircle(0.0, 1e-7, 3.0),))).decode()


def test_nothing_empty_is_written() -> None:
    document = write(alert(note="", source=" ", codes=("",)))
    assert all(len(e) or (e.text or "").strip() for e in etree.fromstring(document).iter())


# What the writer refuses

REFUSED: dict[str, tuple[str, Callable[[], CapAlert]]] = {
    "a space in the identifier": ("/alert/identifier", lambda: alert(identifier="a 1")),
    "a comma in the sender": ("/alert/sender", lambda: alert(sender="a,b")),
    "no identifier": ("/alert", lambda: alert(identifier="")),
    "no time zone": ("/alert/sent", lambda: alert(sent=datetime(2026, 1, 15))),  # noqa: DTZ001
    "a fraction of a second": ("/alert/sent", lambda: alert(sent=SENT.replace(microsecond=1))),
    "an unknown status": ("/alert/status", lambda: alert(status="Real")),
    "an update of nothing": ("/alert", lambda: alert(msg_type="Update")),
    "a reference to itself": (
        "/alert/references",
        lambda: alert(references=(CapReference(sender="x@example.jp", identifier="a1", sent=SENT),)),
    ),
    "a reference to the future": (
        "/alert/references",
        lambda: alert(references=(CapReference(sender="x", identifier="b", sent=SENT + timedelta(seconds=1)),)),
    ),
    "restricted to nobody": ("/alert", lambda: alert(scope="Restricted")),
    "private to nobody": ("/alert", lambda: alert(scope="Private")),
    "no language": ("/alert/info[1]", lambda: in_info(language="")),
    "no event": ("/alert/info[1]", lambda: in_info(event="")),
    "no category": ("/alert/info[1]", lambda: in_info(categories=())),
    "a control character": ("/alert/info[1]/headline", lambda: in_info(headline="a\x07")),
    "an end before the start": ("/alert/info[1]/expires", lambda: in_info(expires=SENT - timedelta(hours=1))),
    "a code without value": ("/alert/info[1]/eventCode[1]", lambda: in_info(event_codes=(CapValue("A", ""),))),
    "an open ring": ("/alert/info[1]/area[1]/polygon[1]", lambda: in_area(polygons=(RING[:-1],))),
    "latitude and longitude exchanged": (
        "/alert/info[1]/area[1]/polygon[1]",
        lambda: in_area(polygons=(tuple((lat, lon) for lon, lat in RING),)),
    ),
    "no number": (
        "/alert/info[1]/area[1]/polygon[1]",
        lambda: in_area(polygons=(((float("nan"), 39.7), *RING[1:3], (float("nan"), 39.7)),)),
    ),
    "beyond the date line": (
        "/alert/info[1]/area[1]/polygon[1]",
        lambda: in_area(polygons=(((179.0, 1.0), (181.0, 1.0), (181.0, 2.0), (179.0, 1.0)),)),
    ),
    "a negative radius": ("/alert/info[1]/area[1]/circle[1]", lambda: in_area(circles=(CapCircle(1.0, 1.0, -1.0),))),
    "a ceiling in the air": ("/alert/info[1]/area[1]/ceiling", lambda: in_area(ceiling_ft=100.0)),
    "a ceiling under the floor": (
        "/alert/info[1]/area[1]/ceiling",
        lambda: in_area(altitude_ft=200.0, ceiling_ft=100.0),
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_the_writer_refuses(what: str) -> None:
    at, build = REFUSED[what]
    with pytest.raises(CapError) as refusal:
        write(build())
    assert refusal.value.at == at
    assert refusal.value.code
    assert refusal.value.message
