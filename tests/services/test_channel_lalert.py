"""The channel ``lalert`` against a node that reads calls with eyes of its own, and beside a call of the real one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from pydantic import SecretStr, ValidationError

from feeds.lalert.read import Lalert
from feeds.lalert.types import LalertDocument
from feeds.records import Message
from feeds.status import Status
from rules.alert import Alert, Place
from services.channels.channel import Verdict
from services.channels.lalert.call import envelope, reply
from services.channels.lalert.channel import LAlert
from services.channels.lalert.node import Config
from services.clock import wall
from services.web.wsse import Tokens
from tests.fakes.lalert import FakeNode
from tests.fakes.served import Order
from tests.services.making import NOW, alert
from tests.services.sender import Sender

WHO: Mapping[str, Any] = {
    "sender_id": "hub.morioka.example",
    "organization_code": "032018",
    "organization": "岩手県盛岡市",
    "office": "危機管理防災課",
    "contacts": {"phone": "019-000-0000"},
}
SQUARE = ((141.15, 39.69), (141.16, 39.69), (141.16, 39.70), (141.15, 39.70), (141.15, 39.69))
SENBOKU = Place(code="032010010012", name="仙北一丁目", polygons=(SQUARE,))
UCHIMARU = Place(code="032010001", name="内丸")
SERIES = "Exercise-evacuation-proposal-flood-20261120T174000"


def order(**changes: Any) -> Alert:
    """避難指示 for one district, 緊急安全確保 for another."""
    japanese = replace(alert().texts["ja"], event="緊急安全確保", headline="緊急安全確保を発令しました")
    whole: dict[str, Any] = {
        "series": SERIES,
        "identifier": f"{SERIES}-{changes.get('revision', 1)}",
        "kind": "flood",
        "level": 5,
        "response": "Shelter",
        "category": "Safety",
        "urgency": "Immediate",
        "severity": "Extreme",
        "places": (UCHIMARU, SENBOKU),
        "hazards": ("Exercise/flood/flood/032010001/g1", "Exercise/flood/flood/032010010012/g1"),
        "levels": (4, 5),
        "texts": {"ja": japanese},
    }
    return alert(**whole | changes)


def channel(url: str = "https://node.example/", **changes: Any) -> LAlert:
    account = {"url": url, "user": "morioka", "password": SecretStr("fake-lalert-password")}
    return LAlert(Config(**account | WHO | {"statuses": frozenset({Status.EXERCISE})} | changes))


def read(document: str) -> LalertDocument:
    """By the reader that takes in what neighbours send."""
    (found,) = Lalert().decode(Message(topic="", payload=document.encode(), received_at=NOW)).records
    assert isinstance(found, LalertDocument)
    return found


def rendered(one: Alert) -> LalertDocument:
    return read(channel().render(one).parts[0])


@pytest.fixture
async def node() -> AsyncIterator[FakeNode]:
    fake = FakeNode()
    await fake.start()
    yield fake
    await fake.stop()


@pytest.fixture
async def sender(node: FakeNode) -> AsyncIterator[Sender]:
    one = channel(f"{node.url}/commons/MQService", timeout_s=2)
    yield Sender(one)
    await one.close()


# --- what is written ---


def test_each_district_stands_under_what_holds_there_the_strongest_first() -> None:
    found = rendered(order())
    told = [(area.name, area.kind_name, area.status, area.alert_level) for area in found.areas]
    assert told == [("仙北一丁目", "緊急安全確保", "発令", 5), ("内丸", "避難指示", "発令", 4)]
    assert found.areas[0].town_code == "032010010012" and not found.areas[1].town_code
    assert found.areas[0].circle.startswith("39.69") and found.areas[0].circle.endswith(",0")
    assert (found.category, found.type, found.revision, found.status) == (
        "EvacuationOrder",
        "Report",
        1,
        Status.EXERCISE,
    )
    assert (found.urgency, found.severity, found.organization_code) == ("Immediate", "Extreme", "032018")
    assert found.disaster == "【訓練】11月20日からの大雨【訓練】"


def test_an_update_is_the_whole_state_and_names_what_was_lifted_by_the_words_it_was_ordered_in() -> None:
    fallen = order(
        revision=3,
        issue=2,
        msg_type="Update",
        level=4,
        places=(UCHIMARU,),
        hazards=("Exercise/flood/flood/032010001/g1",),
        levels=(4,),
        announced={"032010001": 4, "032010010012": 5},
        lifted=(SENBOKU,),
    )
    found = rendered(fallen)
    told = [(area.name, area.kind_name, area.status) for area in found.areas]
    assert told == [("内丸", "避難指示", "発令"), ("仙北一丁目", "緊急安全確保", "解除")]
    assert (found.type, found.revision, found.previous_revision) == ("Update", 2, "1")
    assert found.document_id == rendered(order()).document_id
    assert found.distribution_id != rendered(order()).distribution_id


def test_the_end_is_an_update_that_lifts_everything_and_no_cancel() -> None:
    over = order(
        revision=4, issue=3, msg_type="Update", ends=True, level=0, levels=(0, 0), response="AllClear",
        announced={"032010001": 4, "032010010012": 5},
    )  # fmt: skip
    found = rendered(over)
    assert [(area.kind_name, area.status) for area in found.areas] == [("緊急安全確保", "解除"), ("避難指示", "解除")]
    assert found.type == "Update" and not found.errata


def test_a_cancel_says_what_was_wrong() -> None:
    wrong = order(revision=2, issue=2, msg_type="Cancel", announced={"032010001": 4, "032010010012": 5})
    found = rendered(wrong)
    assert found.type == "Cancel" and alert().texts["ja"].description in found.errata


def test_snow_is_a_notice_about_roads_and_a_crime_one_about_safety() -> None:
    snow = rendered(alert(kind="snow_depth", category="Transport", severity="Minor"))
    crime = rendered(alert(kind="suspicious_person", category="Security", severity="Minor"))
    assert snow.category == "GeneralInformation"
    assert (snow.items[0]["category"], snow.items[0]["sub_category"]) == ("交通", "道路")
    assert (crime.items[0]["category"], crime.items[0]["sub_category"]) == ("生活情報", "防犯")
    assert crime.items[0]["disaster_information_type"] == "Ordinary" and not crime.disaster


def test_an_evacuation_of_a_level_that_has_no_word_is_refused_when_it_is_drafted() -> None:
    with pytest.raises(ValueError, match="L-Alert knows 3, 4 and 5"):
        channel().render(order(level=2, levels=(2, 2)))


@given(st.sampled_from(list(Status)), st.integers(1, 40), st.booleans())
def test_a_drill_shares_no_document_with_the_real_thing_and_bears_its_mark(
    status: Status, issue: int, evacuates: bool
) -> None:
    series = f"{status}-evacuation-proposal-flood-20261120T174000"
    one = order(status=status, series=series, issue=issue) if evacuates else alert(status=status, series=series)
    found = rendered(one)
    assert found.distribution_status == status.value
    assert ("【" in found.headline[:1]) == (status is not Status.ACTUAL)
    if status is not Status.ACTUAL:
        real = rendered(replace(one, status=Status.ACTUAL, series=series.replace(str(status), "Actual")))
        assert found.document_id != real.document_id


# --- beside a call as the real node delivered it ---


@pytest.mark.real
def test_the_call_is_built_as_the_one_of_2013_element_by_element(real_data: Path) -> None:
    theirs = etree.fromstring((real_data / "lalert" / "soap_publish_evacuation_2013.xml").read_bytes())
    document = channel(namespaces="4").render(order(status=Status.TEST)).parts[0].encode()
    ours = etree.fromstring(envelope(document, "u", SecretStr("p"), wall()))
    left_out = {"received", "Header"}
    wanted, written = (_paths(root.find("{*}Body"), left_out) for root in (theirs, ours))
    assert [path for path in wanted if path not in written] == []
    assert [path for path in written if path not in wanted] == _ONLY_OURS
    assert [path for path in written if path in wanted] == [path for path in wanted if path in written]


# What the call of 2013 had no value for.
_HEAD = "message/EDXLDistribution/contentObject/xmlContent/embeddedXMLContent/Report/Control"
_ONLY_OURS: list[str] = [f"{_HEAD}/EditorialOffice/ContactInfo", f"{_HEAD}/PublishingOffice/OfficeInfo/ContactInfo"]


def _paths(root: Any, left_out: set[str]) -> list[str]:
    """Paths by names with namespaces' meanings, in document order, each once; only of elements that say something."""
    found: dict[str, None] = {}

    def walk(element: Any, path: str) -> None:
        name = etree.QName(element).localname
        if name in left_out or not "".join(element.itertext()).strip():
            return
        here = f"{path}/{name}".strip("/")
        if len(element) == 0:
            found[here.removeprefix("Body/publish/")] = None
        for child in element:
            walk(child, here)

    walk(root, "")
    return list(found)


# --- the call ---


async def test_a_node_with_its_own_reader_takes_it_and_a_repetition_changes_nothing(
    node: FakeNode, sender: Sender
) -> None:
    payload = sender.channel.render(order())
    node.lose_next()
    assert (await sender.send(payload)).verdict is Verdict.UNKNOWN
    assert (await sender.again(payload)).verdict is Verdict.ACCEPTED
    (kept,) = node.kept
    assert kept.document_id == read(payload.parts[0]).document_id
    update = sender.channel.render(order(revision=2, issue=2, msg_type="Update", announced={"032010001": 4}))
    assert (await sender.send(update)).verdict is Verdict.ACCEPTED
    assert [one.revision for one in node.kept] == [1, 2]


async def test_what_the_node_refuses_is_told_to_the_operator_in_its_words(node: FakeNode, sender: Sender) -> None:
    newer = sender.channel.render(order(revision=2, issue=2, msg_type="Update"))
    await sender.send(newer)
    old = await sender.send(sender.channel.render(order()))
    assert old.verdict is Verdict.REJECTED and "code 22" in old.detail and "not newer than 2" in old.detail


async def test_a_node_in_trouble_of_its_own_gets_the_same_transmission_again(node: FakeNode, sender: Sender) -> None:
    fault = "<S:Fault><faultcode>S:Server</faultcode><faultstring>the store is away</faultstring></S:Fault>"
    soap = f'<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body>{fault}</S:Body></S:Envelope>'
    node.order(Order(status=500, body=soap))
    payload = sender.channel.render(order())
    outcome = await sender.send(payload)
    assert outcome.verdict is Verdict.UNKNOWN and "the store is away" in outcome.detail
    assert (await sender.again(payload)).verdict is Verdict.ACCEPTED and len(node.kept) == 1


async def test_a_wrong_password_is_a_fault_and_is_never_shown(node: FakeNode, sender: Sender) -> None:
    node.password = "another"
    outcome = await sender.send(sender.channel.render(order()))
    assert outcome.verdict is Verdict.REJECTED and "could not be authenticated" in outcome.detail
    assert "fake-lalert-password" not in outcome.detail


@pytest.mark.parametrize("body", ["", "<html>busy</html>", "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "{}"])
async def test_an_answer_that_is_none_of_a_nodes_is_unknown(node: FakeNode, sender: Sender, body: str) -> None:
    node.order(Order(status=200, body=body))
    assert (await sender.send(sender.channel.render(order()))).verdict is Verdict.UNKNOWN
    assert reply(body) is None


def test_our_own_receiver_lets_the_token_in_once_and_for_five_minutes() -> None:
    now = wall()
    call = etree.fromstring(envelope(b"<a/>", "morioka", SecretStr("pass"), now))
    tokens = Tokens("morioka", "pass")
    tokens.check(call, now)
    with pytest.raises(Exception, match="used before"):
        tokens.check(call, now)
    with pytest.raises(Exception, match="clock"):
        Tokens("morioka", "pass").check(call, now + timedelta(minutes=6))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"organization_code": "032019"}, "check digit of 03201 is 8"),
        ({"contacts": {"pager": "1"}}, "pager is no kind of contact"),
        ({"url": "http://node.example/"}, "only for this machine"),
    ],
)
def test_settings_that_a_node_would_refuse_are_told_at_the_start(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        channel(**change)


@pytest.mark.parametrize(("five", "digit"), [("03201", 8), ("13101", 6), ("01100", 2), ("03321", 9), ("03322", 7)])
def test_check_digits_of_known_codes(five: str, digit: int) -> None:
    assert channel(organization_code=f"{five}{digit}")
