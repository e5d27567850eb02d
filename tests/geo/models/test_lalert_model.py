"""What others announce: which document stands, what each becomes, where it is told, and that no rule posts it."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from feeds.instant import instant
from feeds.lalert.read import Lalert as Feed
from feeds.lalert.types import LalertDocument
from feeds.records import Message
from feeds.status import Status
from geo.hazard import Hazard
from geo.model import Inputs
from geo.models.lalert import Lalert
from rules.engine import decide
from rules.rule import CATALOG, load_rules
from rules.situation import Situation
from tests.feeds.lalert_making import DAMAGE, NOTICE, SHELTER, document, published
from tests.geo.making import ground
from tests.rules.making import SENDER, place, rule, toml

SENT = instant("2026-08-10T03:12:05+09:00")
NOW = SENT + timedelta(minutes=5)
EV = "http://xml.publiccommons.ne.jp/pcxml1/body/evacuation3"


def order(*details: tuple[str, str, str], code: str = "033227", disaster: str = "大雨") -> str:
    """An evacuation order: (Sort, IssueOrLift, districts)."""

    def area(name: str) -> str:
        place = f"<c:areaName>{name}</c:areaName><c:jisX0402>{code}</c:jisX0402>"
        return f"<Area><eb:Location>{place}</eb:Location><DateTime>2026-08-10T03:10:00+09:00</DateTime></Area>"

    told = "".join(
        f"<Detail><Sort>{sort}</Sort><IssueOrLift>{deed}</IssueOrLift>"
        f"<Areas>{''.join(area(name) for name in names.split())}</Areas></Detail>"
        for sort, deed, names in details
    )
    name = f"<eb:Disaster><eb:DisasterName>{disaster}</eb:DisasterName></eb:Disaster>"
    return f'<EvacuationOrder xmlns="{EV}">{name}{told}</EvacuationOrder>'


ISSUED = order(("避難指示", "発令", "煙山 不動"), ("高齢者等避難", "発令", "徳田"))
LIFTED = order(("避難指示", "解除", "煙山 不動"), ("高齢者等避難", "解除", "徳田"))


def read(payload: bytes) -> LalertDocument:
    (found,) = Feed().decode(Message(topic="", payload=payload, received_at=NOW)).records
    assert isinstance(found, LalertDocument)
    return found


def doc(body: str = ISSUED, category: str = "EvacuationOrder", **change: str) -> LalertDocument:
    return read(document(body, category=category, **change))


def run(*documents: LalertDocument, minutes: float = 5, city: str = "03201") -> list[Hazard]:
    inputs = Inputs(now=SENT + timedelta(minutes=minutes), status=Status.ACTUAL, documents=documents)
    return Lalert().run(inputs, replace(ground(), city=city))


def only(*documents: LalertDocument, **more: str) -> Hazard:
    (found,) = run(*documents, **more)  # type: ignore[arg-type]
    return found


def test_a_neighbours_order_with_its_municipality_level_places_and_time() -> None:
    found = only(doc())
    assert (found.kind, found.area, found.area_name, found.level) == ("evacuation", "03322", "矢巾町", 4)
    assert found.relayed and found.observed and not found.alert_level, "what a neighbour orders is no level of the city"
    assert found.headline == "避難指示：煙山、不動、高齢者等避難：徳田（矢巾町 8月10日03:10 発表、Lアラート）"
    assert found.since == instant("2026-08-10T03:10:00+09:00")
    assert found.valid_until == instant("2026-08-11T03:10:00+09:00")
    assert (found.facts["order"], found.facts["order_level"], found.facts["places"]) == ("避難指示", 4, "煙山、不動")


def test_the_citys_own_order_is_a_level_of_the_city() -> None:
    found = only(doc(order(("緊急安全確保", "発令", "大通"), code="032018")))
    assert (found.area, found.area_name, found.level, found.alert_level) == ("03201", "試験市", 5, True)
    assert found.relayed


@pytest.mark.parametrize("disaster", ["津波", "岩手山噴火"])
def test_orders_without_a_level_only_have_a_rank(disaster: str) -> None:
    found = only(doc(order(("避難指示", "発令", "大通"), code="032018", disaster=disaster)))
    assert (found.level, found.alert_level, found.facts["order_level"]) == (4, False, 0)
    closed = only(doc(order(("警戒区域", "発令", "大通"), ("高齢者等避難", "発令", "上田"), code="032018")))
    assert (closed.level, closed.alert_level, closed.facts["order"]) == (4, False, "警戒区域")


def test_the_highest_revision_speaks_in_whatever_order_they_come() -> None:
    stronger = order(("緊急安全確保", "発令", "煙山"), ("避難指示", "解除", "不動"))
    revisions = [doc(ISSUED, revision="1"), doc(stronger, revision="2"), doc(ISSUED, revision="3")]
    for some in permutations([*revisions, revisions[0]]):
        assert only(*some).facts["revision"] == 3
    found = only(*revisions[:2])
    assert (found.level, "不動" in found.headline, found.key) == (5, False, only(revisions[0]).key)


def test_a_repeat_of_an_old_revision_brings_nothing_back() -> None:
    late = doc(ISSUED, revision="1", sent="2026-08-10T03:16:00+09:00")
    assert run(doc(LIFTED, revision="2"), late) == []


def test_lifted_cancelled_or_run_out_is_over() -> None:
    assert run(doc(LIFTED)) == []
    assert run(doc(ISSUED, revision="1"), doc(ISSUED, revision="2", type="Cancel")) == []
    until = (instant("2026-08-11T03:10:00+09:00") - SENT).total_seconds() / 60
    assert run(doc(), minutes=until - 0.1) != [] and run(doc(), minutes=until) == []
    assert run(doc(valid="")) != [] and run(doc(valid=""), minutes=14 * 1440) == []
    assert run(doc(valid="2027-08-10T00:00:00+09:00"), minutes=31 * 1440) == [], "not renewed for a month"


def test_what_is_sent_later_than_now_says_nothing_yet() -> None:
    assert run(doc(), minutes=-1) == []
    assert only(doc(ISSUED, revision="1", sent="2026-08-10T03:00:00+09:00"), doc(LIFTED), minutes=-1).level == 4  # type: ignore[arg-type]


def test_where_it_is_told() -> None:
    assert run(doc(order(("避難指示", "発令", "どこか"), code="131016"))) == [], "another prefecture"
    assert only(doc(order(("避難指示", "発令", "全域"), code="030007"))).area == "03201", "the whole prefecture"
    assert only(doc(order(("避難指示", "発令", "煙山"), code=""))).area == "03322", "of whom it is meant for"
    bare = replace(doc(order(("避難指示", "発令", "煙山"), code="")), target_areas=(), organization_code="033219")
    assert only(bare).area == "03321", "of who speaks"
    nowhere = only(replace(bare, organization_code=""))
    assert (nowhere.area, nowhere.level, nowhere.alert_level) == ("03201", 4, False), "shown, but no level of the city"


def test_shelters_lifelines_and_traffic() -> None:
    shelter = only(doc(SHELTER, "Shelter"))
    assert (shelter.kind, shelter.level, shelter.facts["open"]) == ("shelters", 1, 1)
    assert shelter.headline.startswith("避難所 1か所開設：乙部中学校（")
    assert run(doc(SHELTER.replace("開設", "閉鎖"), "Shelter")) == []
    water = only(doc(NOTICE, "GeneralInformation"))
    assert (water.kind, water.level, water.area) == ("lifeline", 2, "03322")
    assert water.headline.startswith("水道：断水（") and water.facts["description"] == "復旧は明朝"
    road = NOTICE.replace("ライフライン", "交通").replace("水道", "道路").replace("断水", "国道4号 通行止め")
    assert only(doc(road, "GeneralInformation")).kind == "traffic"
    assert run(doc(NOTICE.replace("ライフライン", "広報"), "GeneralInformation")) == []
    assert run(doc(DAMAGE, "DamageInformation")) == []


def test_several_municipalities_are_told_as_one_under_the_city_where_it_is_among_them() -> None:
    water = doc(NOTICE, "GeneralInformation")
    (yahaba,) = water.areas
    both = replace(water, areas=(yahaba, replace(yahaba, name="盛岡市", code="032018")))
    assert (only(both).area, only(both).area_name) == ("03201", "試験市")
    assert only(both).headline == "水道：断水（試験市など2市町村、矢巾町 8月10日03:10 発表、Lアラート）"


def test_civil_protection_in_whatever_body_it_comes() -> None:
    body = '<x:Notice xmlns:x="urn:x"><x:Message>屋内へ避難</x:Message></x:Notice>'
    found = only(doc(body, "国民保護情報"))
    assert (found.kind, found.level, found.alert_level) == ("civil_protection", 5, False)
    assert run(replace(doc(body, "国民保護情報"), title="国民保護 解除")) == []
    assert run(doc(body, "Familiarisation")) == [], "a category nobody knows is kept and not shown"
    drill = replace(doc(NOTICE.replace("ライフライン", "広報"), "GeneralInformation"), title="国民保護訓練のお知らせ")
    assert run(drill) == [], "that a drill will be held is no attack"


def test_no_rule_posts_what_others_announced(tmp_path: Path) -> None:
    """Not those of the catalogue, and not one that would speak of anything."""
    protection = doc('<x:N xmlns:x="urn:x"/>', "国民保護情報", document_id="b")
    found = run(doc(document_id="a"), protection, doc(NOTICE, "GeneralInformation", document_id="c"))
    assert len(found) == 3
    anything = rule(tmp_path, toml(drop=["when"], top="when = { level_at_least = 1 }"))
    situation = Situation(now=NOW, status=Status.ACTUAL, hazards=tuple(found))
    assert decide(situation, [*load_rules([CATALOG]), anything], SENDER, place).alerts == ()
    ours = replace(situation, hazards=tuple(replace(one, relayed=False) for one in found))
    assert decide(ours, [anything], SENDER, place).alerts != (), "the guard is what keeps it quiet"


@pytest.mark.real
def test_real_documents(real_data: Path) -> None:
    folder = real_data / "lalert"
    chiyoda = read((folder / "soap_publish_evacuation_2013.xml").read_bytes())
    there = replace(ground(), city="13104")
    inputs = Inputs(now=chiyoda.measured_at, status=Status.TEST, documents=[chiyoda])
    (found,) = Lalert().run(inputs, there)
    assert (found.status, found.area, found.area_name, found.level) == (Status.TEST, "13101", "東京都千代田区", 3)
    assert "避難準備：一ツ橋一丁目、一ツ橋二丁目、猿楽町一丁目ほか9か所" in found.headline
    assert found.since == instant("2013-04-10T18:55:00+09:00")
    assert found.valid_until == instant("2013-04-12T18:56:00+09:00")
    kakogawa = read((folder / "edxl_evacuation_kakogawa_2010.xml").read_bytes())
    inputs = Inputs(now=kakogawa.measured_at, status=Status.ACTUAL, documents=[kakogawa])
    (found,) = Lalert().run(inputs, replace(ground(), city="28201"))
    assert (found.area, found.area_name, found.level, found.alert_level) == ("28210", "28210", 3, False), (
        "it has no name"
    )
    assert "避難勧告・指示情報　発令" in found.headline
    assert Lalert().run(inputs, ground()) == [], "not of this prefecture"


@settings(max_examples=150)
@given(
    st.sampled_from([document(ISSUED), published(document(SHELTER, category="Shelter")), document(NOTICE)]),
    st.randoms(use_true_random=False),
)
def test_whatever_the_feed_lets_through_is_told_or_not_and_never_raises(payload: bytes, chance: random.Random) -> None:
    root = etree.fromstring(payload)
    for _ in range(chance.randint(1, 6)):
        element = chance.choice(list(root.iter("*")))
        parent = element.getparent()
        if parent is not None and chance.random() < 0.5:
            parent.remove(element)
        else:
            element.text = chance.choice(["", "９", "解除", "033227", "2026-08-10T03:12:05+09:00", "あ" * 5000])
    decoded = Feed().decode(Message(topic="", payload=etree.tostring(root), received_at=NOW))
    documents = [one for one in decoded.records if isinstance(one, LalertDocument)]
    for found in run(*documents):
        assert found.relayed and 1 <= found.level <= 5 and found.since <= NOW < found.valid_until
        assert len(found.headline) < 300 and len(str(found)) < 4000, "whatever its length, a line and a panel hold it"
