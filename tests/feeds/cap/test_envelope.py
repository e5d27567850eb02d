"""EDXL-DE envelopes: the status is that of the alert, and the alert comes out as it went in, signature and all."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from lxml import etree

from feeds.cap import CapAlert, CapError, CapReference, read, write
from feeds.cap.envelope import DISTRIBUTION, STATUSES, unwrap, wrap
from feeds.cap.feed import CapFeed
from feeds.cap.schema import MSG_TYPE, SCOPE, STATUS
from feeds.cap.verify import read_verified
from feeds.records import CapTelegram, Decoded, Message
from feeds.status import Status
from tests.feeds.cap.keys import pair, signer
from tests.feeds.cap.test_codec import REAL, message, real
from tests.feeds.cap.test_signature import signed_by
from tests.feeds.making import NOW, refusal

GOOD = (Path(__file__).parents[2] / "data" / "cap" / "flood-level4.xml").read_bytes()
BUSHFIRE = REAL / "feeds" / "bushfire-valid.edxlde"
NS = {"d": DISTRIBUTION}


def decoded(payload: bytes) -> Decoded:
    return CapFeed().decode(Message(topic="", payload=payload, received_at=NOW))


def statuses(payload: bytes) -> list[Status]:
    records = decoded(payload).records
    assert all(isinstance(one, CapTelegram) for one in records)
    return [one.status for one in records if isinstance(one, CapTelegram)]


# The writer


def test_the_alert_comes_out_as_it_went_in() -> None:
    envelope = unwrap(wrap(GOOD))
    (document,) = envelope.documents
    assert read(document) == read(GOOD)
    assert (envelope.distribution_id, envelope.kind, envelope.sent) == (
        "morioka-20260115-0007-b3",
        "Update",
        read(GOOD).sent,
    )
    assert envelope.sender_id == "bousai@city.example.jp"
    assert envelope.references[0].startswith("morioka-20260115-0004-a1,bousai@city.example.jp,2026-01-1")


def test_the_envelope_tells_where() -> None:
    root = etree.fromstring(wrap(GOOD))
    told = root.xpath("d:targetArea/d:polygon/text()", namespaces=NS)
    assert told == ["39.704,141.146 39.704,141.151 39.7085,141.151 39.7085,141.146 39.704,141.146"]


ALL = list(itertools.product(STATUS.words, SCOPE.words, MSG_TYPE.words))


@pytest.mark.parametrize(("status", "scope", "kind"), ALL)
def test_an_envelope_is_never_more_real_than_its_alert(status: str, scope: str, kind: str) -> None:
    who = CapReference(sender="x@example.jp", identifier="earlier", sent=datetime(2026, 1, 1, tzinfo=UTC))
    alert = replace(
        read(GOOD), status=status, scope=scope, msg_type=kind, restriction="r", addresses=("a@b.jp",), references=(who,)
    )
    if status == "Draft":
        with pytest.raises(CapError, match="Draft does not leave"):
            wrap(write(alert))
    else:
        sent = wrap(write(alert))
        assert unwrap(sent).status == status
        assert sent.count(b">Actual<") == (2 if status == "Actual" else 0)
        assert (statuses(sent) == [Status.ACTUAL]) == (status == "Actual")


@pytest.mark.parametrize(("outside", "inside"), [(a, b) for a in STATUSES for b in STATUSES])
def test_of_two_that_disagree_the_stricter_counts(outside: str, inside: str) -> None:
    alert = replace(read(GOOD), status=inside)
    mixed = wrap(write(alert)).replace(
        f"Status>{inside}</distributionStatus".encode(), f"Status>{outside}</distributionStatus".encode()
    )
    envelope = unwrap(mixed)
    assert envelope.status == outside
    (told,) = envelope.alerts()
    assert told.is_public == (outside == inside == "Actual")
    assert told.status == (outside if inside == "Actual" else inside)
    assert (statuses(mixed) == [Status.ACTUAL]) == (outside == inside == "Actual")


@pytest.mark.parametrize(
    "canonical", ["http://www.w3.org/2001/10/xml-exc-c14n#", "http://www.w3.org/2006/12/xml-c14n11"]
)
def test_a_signature_survives_the_journey(canonical: str) -> None:
    key, own = pair()
    (document,) = unwrap(wrap(signed_by(key, own, c14n_algorithm=canonical))).documents
    assert read_verified(document, signer().chain) == read(GOOD)


def test_words_changed_on_the_way_are_found() -> None:
    (document,) = unwrap(wrap(signer().sign(GOOD)).replace("材木町".encode(), "本町通".encode())).documents
    with pytest.raises(CapError, match="changed"):
        read_verified(document, signer().chain)


@settings(max_examples=60, deadline=None)
@given(message)
def test_whatever_we_write_travels(one: CapAlert) -> None:
    if one.status != "Draft":
        assert list(unwrap(wrap(write(one))).alerts()) == [one]


@real
@pytest.mark.real
@settings(max_examples=60, deadline=None)
@given(message)
def test_what_is_written_fits_the_official_schema(one: CapAlert) -> None:
    schema = etree.XMLSchema(etree.parse(REAL / "feeds" / "edxlde-1_0.xsd"))
    if one.status != "Draft":
        schema.assertValid(etree.fromstring(wrap(write(one))))


# The reader


@real
@pytest.mark.real
def test_a_real_envelope_is_read() -> None:
    envelope = unwrap(BUSHFIRE.read_bytes())
    assert (envelope.status, envelope.kind, envelope.sender_id) == ("Actual", "Report", "webmaster@rfs.nsw.gov.au")
    alerts = list(envelope.alerts())
    assert len(alerts) == len(decoded(BUSHFIRE.read_bytes()).records) > 1
    assert {alert.sender for alert in alerts} == {"webmaster@rfs.nsw.gov.au"}
    rehearsed = BUSHFIRE.read_bytes().replace(b"Status>Actual</edxlde", b"Status>Exercise</edxlde")
    assert set(statuses(rehearsed)) == {Status.EXERCISE}


ENVELOPE = wrap(GOOD)
EMPTY = b'<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"/>'
BROKEN = {
    "no status": (ENVELOPE.replace(b"<distributionStatus>Actual</distributionStatus>", b""), "missing"),
    "a status of its own": (ENVELOPE.replace(b"Status>Actual</dist", b"Status>Real</dist"), "bad_value"),
    "a time without zone": (ENVELOPE.replace(b"+09:00</dateTimeSent>", b"</dateTimeSent>"), "bad_time"),
    "no sender": (ENVELOPE.replace(b"bousai@city.example.jp</senderID>", b"</senderID>"), "missing"),
    "nothing inside": (ENVELOPE.replace(b"embeddedXMLContent", b"embeddedContent"), "no_alert"),
    "no CAP inside": (ENVELOPE.replace(b"<scope>Public</scope>", b""), "missing"),
    "a DOCTYPE": (ENVELOPE.replace(b"<EDXLDist", b"<!DOCTYPE x><EDXLDist", 1), "doctype"),
    "a crowd": (ENVELOPE.replace(b"<embeddedXMLContent>", b"<embeddedXMLContent>" + EMPTY * 101), "too_many"),
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_wrong_is_named(what: str) -> None:
    document, code = BROKEN[what]
    bad = refusal(decoded(document))
    assert (bad.code, bool(bad.at)) == (code, True)
    with pytest.raises(CapError) as error:
        list(unwrap(document).alerts()) or unwrap(GOOD)
    assert error.value.code in (code, "not_edxl")
