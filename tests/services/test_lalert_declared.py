"""What the city declares of itself, as L-Alert's reader finds it."""

from __future__ import annotations

from dataclasses import replace

from rules.declared import Crowding, Headquarters, Opening, Shelters, ShelterState
from tests.services.making import NOW, alert
from tests.services.test_channel_lalert import rendered

GYM = ShelterState(
    code="032010000001",
    name="仙北小学校",
    address="仙北二丁目1-1",
    opening=Opening.OPEN,
    since=NOW,
    crowding=Crowding.ROOM,
    people=12,
    capacity=200,
)
HALL = replace(GYM, code="", name="本宮地区活動センター", address="", type="臨時避難所", opening=Opening.CLOSED)


def test_places_of_refuge_are_a_document_of_their_own_with_the_whole_state() -> None:
    found = rendered(alert(declared=Shelters(disaster="11月20日からの大雨", places=(GYM, HALL))))
    assert (found.category, found.disaster) == ("Shelter", "【訓練】11月20日からの大雨【訓練】")
    assert found.facts["total_number_of_shelter"] == "1"
    school, hall = found.items
    assert (school["area_name"], school["sort"], school["status"], school["capacity"]) == (
        "仙北小学校",
        "開設",
        "空き",
        "200",
    )
    assert (school["address"], school["number_of_head_count"]) == (GYM.address, "12")
    assert (hall["type"], hall["sort"]) == ("臨時避難所", "閉鎖")
    assert "number_of_head_count" not in hall and "status" not in hall, (
        "who was there before it closed is nobody's figure"
    )


def test_the_headquarters_is_a_document_of_its_own_and_dissolving_it_an_update() -> None:
    stands = Headquarters(disaster="大雨", type="災害対策本部", stands=True, since=NOW)
    found = rendered(alert(declared=stands))
    assert found.category == "AntidisasterHeadquarter"
    assert (found.items[0]["type"], found.items[0]["status"]) == ("災害対策本部", "設置")
    over = alert(declared=replace(stands, stands=False), revision=2, issue=2, msg_type="Update", ends=True)
    ended = rendered(over)
    assert (ended.type, ended.items[0]["status"], ended.document_id) == ("Update", "解散", found.document_id)


def test_heads_are_added_up_where_every_open_place_counted_them() -> None:
    other = replace(GYM, code="2", name="大新小学校", people=30, voluntary_people=5)
    counted = rendered(
        alert(declared=Shelters(disaster="大雨", places=(replace(GYM, voluntary_people=2), other, HALL)))
    )
    assert counted.facts["total_number_head_count"] == "42"
    assert counted.facts["total_number_head_count_voluntary"] == "7"
    assert counted.items[1]["number_of_head_count_voluntary"] == "5"
    unknown = rendered(alert(declared=Shelters(disaster="大雨", places=(GYM, replace(other, people=None)))))
    assert "total_number_head_count" not in unknown.facts, "a sum without one of them would be too small"
    assert "12人（開設2か所のうち、人数を確かめた1か所の合計）" in str(unknown.facts["complementary_info"])
