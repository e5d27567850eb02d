"""/ops/declared: one entry, one save, one draft; what somebody else entered since is shown, and nothing is lost."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from html import unescape
from typing import Any

import pytest

from feeds.status import Status
from rules.declared import Crowding, Headquarters, Opening, Shelters, ShelterState
from services.desks.declared_board import Board, board
from services.desks.declaring import Entered, enter
from services.desks.review import reject
from services.store.engine import Store
from services.store.users import Role
from tests.services.making import NOW
from tests.services.test_declaring import CITY, approved, entered
from tests.services.web_floor import Floor, Visitor, floor

pytestmark = pytest.mark.one_engine
RAIN = "11月20日からの大雨"
OPEN = ShelterState(code="S1", name="仙北小学校", opening=Opening.OPEN, since=NOW, people=4)
REAL = "?status=Actual"


@pytest.fixture
async def web(store: Store) -> AsyncIterator[Floor]:
    async with floor(store, city=CITY, ground=CITY.ground, now=lambda: NOW + timedelta(minutes=10)) as running:
        yield running


async def sent(visitor: Visitor, path: str, **fields: Any) -> tuple[int, str]:
    """A form as a browser sends it: status, and the page or where it leads."""
    if "seen" not in fields:
        page = (await visitor.get("/ops/declared" + REAL))[1]
        fields["seen"] = re.findall(r'name="seen" value="([^"]*)"', page)["shelter" in path]
    form = {"csrf": visitor.csrf, "disaster": RAIN, **fields}
    headers = {"Accept": "text/html"}
    async with visitor.http.post(path + REAL, data=form, allow_redirects=False, headers=headers) as response:
        return response.status, response.headers.get("Location") or unescape(await response.text())


async def now(store: Store, kind: str = "shelters", status: Status = Status.ACTUAL) -> Board:
    async with store.read() as connection:
        return await board(connection, status, kind, NOW + timedelta(minutes=10))


async def test_a_place_is_opened_with_its_figures_and_the_page_says_who_when_and_that_it_waits(web: Floor) -> None:
    staff = await web.person(Role.OPERATOR, "suzuki")
    form = {"place": "S1", "opening": "open", "crowding": "full", "people": "42", "households": "", "capacity": "120"}
    status, led = await sent(staff, "/ops/declared/shelter", **form)
    assert (status, led) == (303, "/ops/declared?status=Actual#shelters")
    place = (await now(web.store)).places["S1"]
    assert (place.name, place.people, place.households, place.crowding) == ("仙北小学校", 42, None, "full")
    assert place.since == place.checked == NOW + timedelta(minutes=10)
    page = unescape((await staff.get("/ops/declared" + REAL))[1])
    for told in (
        "まだ発表していません",
        "開設・満員",
        "42人",
        "定員120人",
        "suzuki",
        "仙北小学校：開設、満員、42人",
        "承認へ",
    ):
        assert told in page, told


async def test_what_another_entered_of_the_same_place_is_shown_and_what_was_typed_stays(web: Floor) -> None:
    await approved(web.store, await entered(web.store, OPEN, status=Status.ACTUAL))
    staff = await web.person(Role.OPERATOR)
    await entered(web.store, ShelterState(code="S1", name="", opening=Opening.CLOSED, since=NOW), status=Status.ACTUAL)
    old = {"seen": "", "place": "S1", "opening": "open", "people": "77"}
    series, _ = (await now(web.store)).seen
    status, page = await sent(staff, "/ops/declared/shelter", **{**old, "seen": f"{series}/1"})
    assert status == 409 and "仙北小学校は、あなたが開いたあとに変わりました" in page and "suzuki" in page
    assert 'name="people"' in page and 'value="77"' in page, "nothing typed is lost"
    seen = re.search(r'name="seen" value="([^"]*)"', page)
    assert seen and seen[1] == f"{series}/2", "pressing again is meant"
    assert (await sent(staff, "/ops/declared/shelter", **{**old, "seen": seen[1]}))[0] == 303
    assert (await now(web.store)).places["S1"].people == 77


async def test_what_another_entered_of_another_place_is_kept_and_stops_nobody(web: Floor) -> None:
    staff = await web.person(Role.OPERATOR)
    hall = ShelterState(code="", name="本宮地区活動センター", opening=Opening.OPEN, since=NOW)
    await entered(web.store, hall, status=Status.ACTUAL)
    assert (await sent(staff, "/ops/declared/shelter", seen="", place="S1", opening="open"))[0] == 303
    assert set((await now(web.store)).places) == {"本宮地区活動センター", "S1"}


async def test_a_draft_that_was_sent_back_is_no_ground_to_go_on_from(web: Floor) -> None:
    draft = await entered(web.store, OPEN, status=Status.ACTUAL)
    staff = await web.person(Role.APPROVER)
    one, told = draft.alert, {"digest": draft.digest, "reason": "まだ開いていない"}
    await reject(web.store, series=one.series, revision=1, person="the-approver", now=NOW, **told)
    status, page = await sent(staff, "/ops/declared/shelter", seen=f"{one.series}/1", place="S1", opening="closed")
    assert status == 409 and "前の案が差し戻されました" in page
    assert "差し戻し" in (await staff.get("/ops/declared" + REAL))[1]


async def test_ticked_places_open_and_close_together_and_a_closed_one_has_nobody_in_it(web: Floor) -> None:
    staff = await web.person(Role.OPERATOR)
    assert "選んでから" in (await sent(staff, "/ops/declared/shelters", do="open"))[1]
    assert (await sent(staff, "/ops/declared/shelters", do="open", place="S1"))[0] == 303
    status, page = await sent(staff, "/ops/declared/shelters", do="open", place="S1")
    assert status == 400 and "もう「開設」になっています" in page and "checked" in page
    await approved(web.store, await entered(web.store, OPEN, status=Status.ACTUAL, minutes=10))
    assert (await sent(staff, "/ops/declared/shelters", do="close", place="S1"))[0] == 303
    after = await now(web.store)
    assert after.places["S1"].opening is Opening.CLOSED and after.places["S1"].people is None
    assert after.draft is not None and after.draft.ends, "the last one that closes ends the series"


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"opening": "ajar"}, "状況を選んでください"),
        ({"opening": "open", "people": "約40"}, "半角の数字"),
        ({"opening": "open", "disaster": " "}, "何の災害か"),
        ({"opening": "open", "since": "2031-01-01T00:00"}, "今より前"),
        ({"opening": "open", "type": "体育館"}, "種類は"),
        ({"opening": "closed"}, "伝える相手がいません"),
    ],
)
async def test_a_refusal_names_the_cure(web: Floor, fields: dict[str, str], told: str) -> None:
    staff = await web.person(Role.OPERATOR)
    status, page = await sent(staff, "/ops/declared/shelter", place="S1", **fields)
    assert status == 400 and told in page and 'role="alert"' in page


async def test_the_headquarters_is_set_up_and_dissolved_and_two_do_not_overrun_each_other(web: Floor) -> None:
    staff = await web.person(Role.OPERATOR)
    form = {"type": "災害対策本部", "stands": "yes"}
    assert (await sent(staff, "/ops/declared/headquarters", **form))[1].endswith("#headquarters")
    status, page = await sent(staff, "/ops/declared/headquarters", **{**form, "seen": "", "type": "災害警戒本部"})
    assert status == 409 and "the-operator「災害対策本部を設置」" in page
    stands = (await now(web.store, "headquarters")).headquarters
    assert isinstance(stands, Headquarters) and stands.stands
    assert "ところ" not in page and "設置中" in page
    assert (await sent(staff, "/ops/declared/headquarters", type="区本部", stands="yes"))[0] == 400


async def test_a_drill_is_a_world_of_its_own_and_is_marked(web: Floor) -> None:
    staff = await web.person(Role.OPERATOR)
    told = Shelters(disaster=RAIN, places=(OPEN,))
    await enter(web.store, CITY, Entered(person="suzuki", now=NOW, status=Status.EXERCISE, declared=told))
    real = unescape((await staff.get("/ops/declared" + REAL))[1])
    drill = unescape((await staff.get("/ops/declared?status=Exercise"))[1])
    assert "承認待ちの案があります" not in real and "これは訓練です" not in real
    assert "承認待ちの案があります" in drill and "これは訓練です" in drill and "【訓練】" in drill
    assert (await staff.get("/ops/declared?status=Test"))[0] == 400


async def test_who_only_watches_enters_nothing_and_a_search_finds_by_name_and_address(web: Floor) -> None:
    viewer = await web.person(Role.VIEWER)
    page = (await viewer.get("/ops/declared"))[1]
    assert "仙北小学校" in page and "案を作る" not in page
    assert (await sent(viewer, "/ops/declared/shelters", seen="", place="S1", do="open"))[0] == 403
    assert "仙北小学校" in (await viewer.get("/ops/declared?q=仙北二丁目"))[1]
    assert "当たる避難所はありません" in (await viewer.get("/ops/declared?q=松園"))[1]


async def test_residents_read_which_places_are_open_and_full_once_it_was_issued(web: Floor) -> None:
    full = replace(OPEN, crowding=Crowding.FULL, checked=NOW)
    draft = await entered(web.store, full, status=Status.ACTUAL)
    visitor = await web.visitor()
    assert "仙北小学校" not in (await visitor.get("/"))[1]
    await approved(web.store, draft)
    page = (await visitor.get("/"))[1]
    assert '<b class="full">満員' in page and "仙北二丁目" in page and "4人" not in page
    status, gone = await (await web.person(Role.VIEWER)).get("/ops/alerts/nobody", headers={"Accept": "text/html"})
    assert status == 404 and "<h1>その発表はありません。</h1>" in gone and 'href="/ops"' in gone and "base.css" in gone
