"""Who may approve what, and how many must: by role, scope and the city's floor. Nothing here needs a store."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from rules.alert import Approval, Place
from rules.evacuation import evacuates, is_order
from rules.floor import Floor, gravity
from services.configuration.approvals import Approvals
from services.desks.authority import able, may_break_glass, named, objections
from services.store.users import Role, Scope
from tests.services.making import alert, officer

FLOOD = alert()
SNOW = alert(kind="snow_depth", level=2, alert_level=False, places=(Place(code="plow-chuo", name="中央工区"),))
ORDER = alert(
    level=4, response="Evacuate", texts={"ja": replace(FLOOD.texts["ja"], event="避難指示", headline="避難指示")}
)
WORDS = FLOOD.texts["ja"]
HIDDEN = {  # an order in a part that no headline shows, in the words of a person
    "short": alert(author="sato", texts={"ja": replace(WORDS, short="内丸に避難指示を発令しました。")}),
    "instruction": alert(
        author="sato", texts={"ja": replace(WORDS, instruction="避 難\n指　示です。逃げてください。")}
    ),
    "description": alert(author="sato", texts={"ja": WORDS, "en": replace(WORDS, description="EVACUATE NOW")}),
    "correction": alert(author="sato", correction={"ja": "「高齢者等避難」は誤りで、正しくは避難準備"}),
}
PLOW = Scope(kinds=("snow_depth",), areas=("plow-*",), highest=3)


@pytest.mark.parametrize(
    ("person", "one", "told"),
    [
        ({}, ORDER, ""),
        ({"role": Role.ADMIN}, FLOOD, ""),
        ({"role": Role.ADMIN}, ORDER, "避難情報を承認する権限"),
        ({"role": Role.ADMIN, "scope": Scope(evacuation=True)}, ORDER, ""),
        ({"role": Role.OPERATOR}, SNOW, "役割が operator です"),
        ({"role": Role.OPERATOR, "scope": Scope(evacuation=True)}, SNOW, "役割が operator です"),
        ({"revoked": True}, SNOW, "登録がありません"),
        ({"scope": PLOW}, SNOW, ""),
        ({"scope": PLOW}, FLOOD, "種別「河川の水位」（flood）は担当外です"),
        ({"scope": PLOW}, replace(SNOW, places=(*SNOW.places, *FLOOD.places)), "区域「内丸」は担当外です"),
        ({"scope": PLOW}, replace(SNOW, lifted=FLOOD.places), "区域「内丸」は担当外です"),
        ({"scope": PLOW}, replace(SNOW, level=4), "レベル4は、承認できる上限（レベル3）を超えています"),
        ({"scope": PLOW}, replace(SNOW, level=0, ends=True, announced={"plow-chuo": 5}), "レベル5は"),
        ({"scope": Scope()}, ORDER, "避難情報を承認する権限"),
        *(({"scope": Scope()}, one, "避難情報を承認する権限") for one in HIDDEN.values()),
        ({"scope": Scope()}, replace(HIDDEN["instruction"], author=""), ""),  # a rule's: watch for what the city says
    ],
)
def test_role_and_scope_decide_and_every_no_has_its_sentence(person: dict[str, Any], one: Any, told: str) -> None:
    found = objections(officer("sato", **person), one)
    assert "、".join(found).startswith(told) if told else not found


def test_who_may_is_told_by_name_and_nobody_too() -> None:
    people = [officer("a", scope=PLOW), officer("b"), officer("c", role=Role.VIEWER), officer("d", revoked=True)]
    assert able(people, FLOOD) == ("b",)
    assert able(people, SNOW) == ("a", "b")
    assert named(able(people[2:], FLOOD)).startswith("承認できる人がいません")


@pytest.mark.parametrize(
    ("person", "may"),
    [
        ({}, False),
        ({"role": Role.ADMIN}, False),
        ({"scope": Scope(break_glass=True)}, True),
        ({"role": Role.OPERATOR, "scope": Scope(break_glass=True)}, False),
        ({"revoked": True, "scope": Scope(break_glass=True)}, False),
    ],
)
def test_breaking_the_glass_is_a_right_of_its_own(person: dict[str, Any], may: bool) -> None:
    assert may_break_glass(officer("sato", **person)) is may


@pytest.mark.parametrize(
    ("floor", "one", "people"),
    [
        (Floor(), alert(approval=Approval.AUTO), 0),
        (Floor(), replace(ORDER, approval=Approval.AUTO), 1),
        (Floor(), alert(approval=Approval.TWO), 2),
        (Floor(levels={4: Approval.TWO}), alert(level=3, approval=Approval.AUTO), 0),
        (Floor(levels={4: Approval.TWO}), alert(level=4, approval=Approval.AUTO), 2),
        (Floor(levels={2: Approval.ONE, 4: Approval.TWO}), alert(level=5, approval=Approval.ONE), 2),
        (Floor(levels={2: Approval.ONE}), alert(approval=Approval.TWO), 2),
        (Floor(levels={4: Approval.TWO}), alert(level=0, ends=True, announced={"a": 4}, approval=Approval.ONE), 2),
        (Floor(evacuation=Approval.TWO), replace(ORDER, approval=Approval.ONE), 2),
    ],
)
def test_no_rule_undercuts_the_city_s_floor(floor: Floor, one: Any, people: int) -> None:
    assert floor.needed(one) == people


@pytest.mark.parametrize("part", HIDDEN)
def test_an_order_in_any_part_falls_under_the_floor_and_makes_no_order_of_the_document(part: str) -> None:
    assert Floor(evacuation=Approval.TWO).needed(HIDDEN[part]) == 2
    assert evacuates(HIDDEN[part]) and not is_order(HIDDEN[part])


@pytest.mark.parametrize(
    ("floor", "one", "agreed", "missing"),
    [
        (Floor(), alert(level=4), {"sato"}, 0),
        (Floor(), alert(level=4, author="sato"), set(), 1),
        (Floor(), alert(level=4, author="sato"), {"sato"}, 1),
        (Floor(), alert(level=4, author="sato"), {"suzuki"}, 0),
        (Floor(), alert(level=3, author="sato"), {"sato"}, 0),
        (Floor(), alert(level=0, author="sato", ends=True, announced={"a": 5}), {"sato"}, 1),
        (Floor(), alert(level=5, author="sato", approval=Approval.TWO), {"sato"}, 1),
        (Floor(), alert(level=5, author="sato", approval=Approval.TWO), {"sato", "suzuki"}, 0),
        (Approvals(another_person_from=2).as_floor(), alert(author="sato"), {"sato"}, 1),
        (Approvals(another_person_from="never").as_floor(), alert(level=5, author="sato"), {"sato"}, 0),
    ],
)
def test_nobody_agrees_alone_to_grave_words_of_their_own(
    floor: Floor, one: Any, agreed: set[str], missing: int
) -> None:
    assert floor.missing(one, agreed) == missing


def test_taking_back_weighs_as_much_as_what_was_said() -> None:
    assert gravity(alert(level=2, announced={"a": 5, "b": 1})) == 5
