"""L-Alert documents: the real ones, and each body kind."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from feeds.contract import record_line
from feeds.lalert.body import alert_level
from feeds.lalert.pen import DE, put
from feeds.lalert.read import Lalert
from feeds.lalert.types import LalertDocument
from feeds.records import Decoded, Message
from feeds.status import Status
from services.store.codec import from_json, to_json
from tests.feeds.lalert_making import DAMAGE, DOCUMENT, NOTICE, ORDER, SHELTER, document, published
from tests.feeds.making import NOW, refusal


def decode(payload: bytes) -> Decoded:
    return Lalert().decode(Message(topic="", payload=payload, received_at=NOW))


def one(payload: bytes) -> LalertDocument:
    decoded = decode(payload)
    assert decoded.rejected == ()
    (record,) = decoded.records
    assert isinstance(record, LalertDocument)
    assert from_json(LalertDocument, to_json(record)) == record
    return record


@pytest.mark.real
def test_what_the_node_delivered_in_2013(real_data: Path) -> None:
    found = one((real_data / "lalert/soap_publish_evacuation_2013.xml").read_bytes())
    assert (found.category, found.status, found.type) == ("EvacuationOrder", Status.TEST, "Report")
    assert (found.document_id, found.revision) == (DOCUMENT, 1)
    assert found.measured_at == datetime(2013, 4, 10, 9, 57, 5, tzinfo=UTC)
    assert (found.disaster, found.organization, found.office) == ("試験災害", "東京都千代田区", "危機管理室（仮）")
    assert (found.valid_datetime, found.severity) == ("2013-04-12T18:56:00+09:00", "Severe")
    names = "一ツ橋一丁目 一ツ橋二丁目 猿楽町一丁目 猿楽町二丁目 外神田一丁目 外神田二丁目 外神田六丁目 丸の内一丁目"
    names += " 岩本町二丁目 岩本町三丁目 九段南三丁目 九段南四丁目"
    assert [area.name for area in found.areas] == names.split()
    assert [(area.name, area.code) for area in found.target_areas] == [("東京都千代田区", "131016")]
    assert found.organization_code == "131016"
    assert {(area.kind_name, area.status, area.alert_level, area.code) for area in found.areas} == {
        ("避難準備", "発令", 3, "131016")
    }
    first = found.areas[0]
    assert (first.circle, first.town_code) == ("35.691634,139.756685,0", "131010001001")
    assert found.items[0] | {"areas": []} == {
        "sort": "避難準備",
        "issue_or_lift": "発令",
        "alert_level": 3,
        "areas": [],
        "households": None,
        "head_count": None,
    }


@pytest.mark.real
def test_a_shortened_one_of_2010(real_data: Path) -> None:
    found = one((real_data / "lalert/edxl_evacuation_kakogawa_2010.xml").read_bytes())
    assert (found.category, found.status, found.type, found.revision) == ("EvacuationOrder", Status.ACTUAL, None, 1)
    assert found.document_id == "7e573043-fc3c-4a6b-bdb8-a9608233b0af"
    assert found.title == "加古川市: 避難勧告・指示情報　発令" and found.headline.startswith("平成22年11月30日")
    assert [area.code for area in found.areas] == ["282103"] and found.items == ()


@pytest.mark.parametrize("suffix", ["2", "4", "20"])
def test_an_evacuation_order_whatever_its_namespaces_are_numbered(suffix: str) -> None:
    found = one(document(suffix=suffix))
    assert [(a.name, a.kind_name, a.status, a.alert_level, a.code) for a in found.areas] == [
        ("乙部", "緊急安全確保", "発令", 5, "033219"),
        ("長岡", "避難指示", "解除", 0, ""),
    ]
    assert [(item["sort"], item["households"], item["head_count"], item["areas"]) for item in found.items] == [
        ("緊急安全確保", 120, 310, ["乙部"]),
        ("避難指示", None, None, ["長岡"]),
    ]
    assert found.facts == {"disaster_disaster_name": "大雨", "complementary_info": "足元に注意"}
    assert (found.revision, found.previous_revision, found.type, found.key) == (
        2,
        "1",
        "Update",
        f"lalert/{DOCUMENT}/2/Actual",
    )


def test_the_call_of_the_node_holds_the_same_document() -> None:
    assert one(published(document())) == one(document())


def test_shelters_damage_and_notices_keep_the_words_of_their_elements() -> None:
    shelter = one(document(SHELTER, category="Shelter"))
    assert shelter.items == (
        {
            "area_name": "乙部中学校",
            "address": "乙部5",
            "contact_info_phone": "019-000-0000",
            "type": "避難所",
            "sort": "開設",
            "capacity": "200",
        },
    )
    assert shelter.facts["total_number_of_shelter"] == "1"
    assert [area.name for area in shelter.areas] == ["矢巾町"]
    assert one(document(DAMAGE, category="DamageInformation")).items == (
        {"damage": "HumanDamage", "type": "負傷者_重傷", "value": 3, "unit": "人"},
        {"damage": "HouseDamage", "type": "床上浸水", "value": 12, "unit": "棟"},
    )
    (notice,) = one(document(NOTICE, category="GeneralInformation")).items
    assert (notice["category"], notice["sub_category"], notice["title"]) == ("ライフライン", "水道", "断水")


def test_a_body_nobody_knows_comes_through() -> None:
    words = "<x:Message>弾道ミサイル</x:Message><x:Message>屋内へ</x:Message>"
    body = f'<x:CivilProtection xmlns:x="urn:x">{words}</x:CivilProtection>'
    (item,) = one(document(body, category="CivilProtection")).items
    assert item == {"message": ["弾道ミサイル", "屋内へ"]}


@pytest.mark.parametrize(
    ("sort", "lifted", "disaster", "level"),
    [
        ("避難指示", False, "大雨", 4),
        ("避難指示（緊急）", False, "大雨", 4),
        ("高齢者等避難", False, "", 3),
        ("避難準備・高齢者等避難開始", False, "", 3),
        ("【警戒レベル５】緊急安全確保", False, "", 5),
        ("避難勧告", True, "", 0),
        ("警戒区域", False, "", None),
        ("避難指示", False, "岩手山噴火", None),
        ("避難指示", False, "津波", None),
    ],
)
def test_levels(sort: str, lifted: bool, disaster: str, level: int | None) -> None:
    assert alert_level(sort, lifted, disaster) == level


@pytest.mark.parametrize("status", ["Exercise", "System", "Test"])
def test_nothing_but_actual_is_real(status: str) -> None:
    assert one(document(status=status)).status is (Status.EXERCISE if status == "Exercise" else Status.TEST)


@pytest.mark.parametrize(
    ("topic", "status"),
    [
        ("", Status.ACTUAL),
        ("lalert:morioka/Actual", Status.ACTUAL),
        ("lalert:morioka/Exercise", Status.EXERCISE),
        ("lalert:morioka/Test", Status.TEST),
        ("lalert:morioka", Status.TEST),
    ],
)
def test_the_door_it_came_by_bounds_how_real_it_is(topic: str, status: Status) -> None:
    (found,) = Lalert().decode(Message(topic=topic, payload=document(), received_at=NOW)).records
    assert found.status is status


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (document(status="Real"), "bad_status"),
        (document(status=""), "bad_status"),
        (document(control_status="Exercise"), "disagreement"),
        (document(head_revision="3"), "disagreement"),
        (document(revision="zwei"), "bad_lalert"),
        (document(document_id=""), "bad_lalert"),
        (document(type="Replace"), "bad_lalert"),
        (document(sent="2026-08-10 03:12"), "bad_time"),
        (document(sent=""), "bad_time"),
        (document().replace(b"EDXL:DE:1.0", b"EDXL:DE:9.9"), "not_lalert"),
        (b"<S:Envelope xmlns:S='http://schemas.xmlsoap.org/soap/envelope/'><S:Body/></S:Envelope>", "not_lalert"),
        (b"<de:EDXLDistribution xmlns:de='urn:oasis:names:tc:emergency:EDXL:DE:1.0'/>", "no_content"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "doctype"),
        (b"nothing", "bad_xml"),
    ],
)
def test_what_is_refused(payload: bytes, code: str) -> None:
    assert refusal(decode(payload)).code == code


@settings(max_examples=150)
@given(st.sampled_from([document(), published(document(SHELTER)), document(DAMAGE)]), st.randoms(use_true_random=False))
def test_elements_lost_emptied_or_doubled_never_raise(payload: bytes, chance: random.Random) -> None:
    root = etree.fromstring(payload)
    for _ in range(chance.randint(1, 5)):
        element = chance.choice(list(root.iter("*")))
        parent = element.getparent()
        if parent is None:
            continue
        deed = chance.choice(["lose", "empty", "double", "text"])
        if deed == "lose":
            parent.remove(element)
        elif deed == "double":
            parent.append(etree.fromstring(etree.tostring(element)))
        else:
            element.text = "" if deed == "empty" else chance.choice(["９", "-1", "解除", "1" * 30])
    decoded = decode(etree.tostring(root))
    assert decoded.records or decoded.rejected
    for record in decoded.records:
        assert record_line(record)["documentID"]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("乙部\x0b長岡\x00", "乙部長岡"),
        ("一行\n二行\t", "一行\n二行\t"),
        ("𠮷野\ufffe", "𠮷野"),
        ("\x1b", None),
        ("", None),
    ],
)
def test_what_xml_cannot_hold_stops_no_document(text: str, kept: str | None) -> None:
    assert put(etree.Element("a"), DE, "b", text).text == kept


def _respelled(document: bytes, how: str) -> bytes:
    """The same document in another hand."""
    root = etree.fromstring(document)
    for element in [one for one in root.iter() if isinstance(one.tag, str)]:
        leaf = len(element) == 0 and (element.text or "").strip()
        if how == "comments":
            element.insert(0, etree.Comment("草案"))
        elif how == "cdata" and leaf:
            element.text = etree.CDATA(element.text)
        elif how == "indented" and leaf:
            element.text = f"\n   {element.text}\n  "
        elif how == "one line" and not leaf:
            element.text = None
        elif how == "attributes":
            said = list(element.attrib.items())
            element.attrib.clear()
            element.attrib.update(reversed(said))
    if how == "unknown element":
        etree.SubElement(root, "{urn:x}later").text = "新しい要素"
    return (b"\xef\xbb\xbf" if how == "mark" else b"") + etree.tostring(root, encoding="utf-8")


HANDS = ("comments", "cdata", "indented", "one line", "attributes", "unknown element", "mark")


@pytest.mark.parametrize("how", HANDS)
@pytest.mark.parametrize("body", [ORDER, SHELTER, DAMAGE, NOTICE], ids=["order", "shelter", "damage", "notice"])
def test_one_document_in_many_hands(body: str, how: str) -> None:
    plain = document(body)
    assert record_line(one(_respelled(plain, how))) == record_line(one(plain))
