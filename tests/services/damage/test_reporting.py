"""第４号様式: what the hub knows is filled in, what it does not is 要記入, and what was handed over never changes."""

from __future__ import annotations

import asyncio
import csv
import hashlib
import io
import zipfile
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from feeds.status import Status
from rules.damage.grid import Cell, Grid, Look
from rules.damage.record import Act, DamageError, Reason
from rules.damage.report import TO_FILL, Report
from rules.declared import Headquarters, Shelters
from services.damage import desk
from services.damage.desk import Deed
from services.damage.files import written
from services.damage.pdf_file import as_pdf
from services.damage.reporting import Draft, Wish, draft, hand_over
from services.store import damage_reports
from services.store.engine import Store
from services.store.users import Role
from tests.services.damage.test_announcing import HURT, rain
from tests.services.damage.test_damage_desk import SAID
from tests.services.damage.test_damage_page import page, sent
from tests.services.making import NOW
from tests.services.test_declaring import HALL, OPEN
from tests.services.test_declaring import approved as let_go
from tests.services.test_declaring import entered as declared
from tests.services.web_floor import floor

pytestmark = pytest.mark.one_engine
NAME = "11月20日からの大雨"


def wish(disaster: int, form: int = 2, minutes: int = 30, **more: Any) -> Wish:
    whole: dict[str, Any] = {"city": "盛岡市", "person": "sato", "boxes": {}}
    return Wish(disaster=disaster, form=form, now=NOW + timedelta(minutes=minutes), **whole | more)


async def drawn(store: Store, asked: Wish) -> Draft:
    async with store.read() as connection:
        return await draft(connection, asked)


async def kept(store: Store, report: Report, kind: str) -> bytes:
    key = (report.disaster, report.filled.form, report.filled.number, kind)
    async with store.read() as connection:
        file = await damage_reports.file(connection, *key)
    assert file is not None and hashlib.sha256(file.data).hexdigest() == file.sha256 == report.hashes[kind]
    return file.data


async def test_what_was_declared_stands_in_the_form(store: Store) -> None:
    number = await rain(store)
    real: dict[str, Any] = {"status": Status.ACTUAL}
    people = replace(OPEN, people=42, households=15, voluntary_people=6)
    await let_go(store, await declared(store, people, HALL, **real))
    stands = Headquarters(disaster=NAME, type="災害対策本部", stands=True, since=NOW)
    await let_go(store, await declared(store, declared=stands, **real))
    await let_go(store, await declared(store, declared=replace(stands, stands=False), minutes=9, **real))
    other = replace(stands, disaster="別の災害", type="災害警戒本部")
    await let_go(store, await declared(store, declared=other, minutes=10, **real))
    drill = Shelters(disaster=NAME, places=(replace(OPEN, people=999),))
    await let_go(store, await declared(store, declared=drill))
    found = (await drawn(store, wish(number, boxes={"firemen": "24"}))).found
    filled = found.filled
    assert [(one.name, one.people) for one in filled.refuges] == [("仙北小学校", 42), ("本宮地区活動センター", None)]
    assert filled.offices[0].since == NOW and filled.offices[0].until == NOW
    assert found.others == ("別の災害",), "what bears another name is not taken in silently"
    assert filled.box("firemen") == "24" and filled.box("volunteers") == TO_FILL and "119番通報の件数" in filled.missing
    assert filled.figures["dead"] == 1 and filled.unconfirmed == {"dead": 7} and filled.counting == {"missing": 1}


async def test_a_report_is_frozen_and_the_next_one_knows_it(store: Store) -> None:
    number = await rain(store)
    seen = (await drawn(store, wish(number))).seen
    first = await hand_over(store, wish(number, seen=seen, boxes={"firemen": "24"}))
    with pytest.raises(DamageError, match="見直して"):
        await hand_over(store, wish(number, seen=seen))
    deed = Deed(number=1, seen=1, act=Act.CORRECT, who="sato", reason=Reason.RECOUNTED)
    await desk.do(store, replace(deed, content=replace(SAID, figures=HURT | {"flooded_above_buildings": 2})), NOW)
    second = await hand_over(store, wish(number, minutes=60, correction="床上浸水は重複していた"))
    assert (second.filled.number, second.filled.boxes["firemen"]) == (2, "24"), "what was filled in need not be again"
    assert second.filled.before and second.filled.before.figures["flooded_above_buildings"] == 5
    assert (await hand_over(store, wish(number, form=1))).filled.number == 1, "each form has numbers of its own"
    again = (await kept(store, first, "csv")).decode("utf-8-sig")
    rows = {(row[0], row[1], row[2]): row for row in csv.reader(io.StringIO(again))}
    assert rows["住家被害", "床上浸水", "棟"][3] == "5" and rows["その他の被害", "田の冠水", "ha"][3] == "1.25"
    assert rows["人的被害", "行方不明者", "人"][3:6] == ["", "", "1"], "being counted is no number"
    later = (await kept(store, second, "csv")).decode("utf-8-sig")
    change = next(row for row in csv.reader(io.StringIO(later)) if row[1:3] == ["床上浸水", "棟"])
    assert change[3:8] == ["2", "", "", "5", "-3"]
    assert (await kept(store, second, "pdf")).startswith(b"%PDF")
    assert written(second.filled) == {kind: await kept(store, second, kind) for kind in ("xlsx", "csv", "pdf")}
    book = zipfile.ZipFile(io.BytesIO(await kept(store, second, "xlsx")))
    words = book.read("xl/sharedStrings.xml").decode()
    assert "災害救助法適用" in words and TO_FILL in words and "床上浸水は重複していた" in words and "-3" in words
    assert "<f>" not in book.read("xl/worksheets/sheet1.xml").decode()


async def test_of_two_officers_one_makes_the_report(store: Store) -> None:
    number = await rain(store)
    seen = (await drawn(store, wish(number))).seen
    both = (hand_over(store, wish(number, seen=seen, person=who)) for who in ("sato", "suzuki"))
    done = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(type(one).__name__ for one in done) == ["DamageError", "Report"]


async def test_words_that_a_spreadsheet_would_run_are_words(store: Store) -> None:
    number = await rain(store)
    evil = {"measures": '=HYPERLINK("http://x")\n+1', "reporter": "<b>&佐藤</b>"}
    made = await hand_over(store, wish(number, form=1, boxes=evil))
    book = zipfile.ZipFile(io.BytesIO(await kept(store, made, "xlsx")))
    assert "<f>" not in book.read("xl/worksheets/sheet1.xml").decode()
    assert "'=HYPERLINK" in (await kept(store, made, "csv")).decode("utf-8-sig")
    assert (await kept(store, made, "pdf")).startswith(b"%PDF")
    for odd in ({"boxes": {"cats": "1"}}, {"boxes": {"remarks": "x" * 1001}}, {"form": 3}):
        with pytest.raises(DamageError):
            await hand_over(store, wish(number, **odd))


async def test_the_form_on_the_page_and_a_drill_is_marked_in_every_file(store: Store) -> None:
    number = await rain(store, status=Status.EXERCISE)
    async with floor(store, now=lambda: NOW) as web:
        officer, viewer = await web.person(Role.OPERATOR), await web.person(Role.VIEWER)
        shown = await page(officer, f"/ops/damage/form?disaster={number}&form=2")
        assert "【訓練】" in shown and "その２（被害状況即報）" in shown and "要記入" in shown
        seen = shown.split('name="seen" value="')[1].split('"')[0]
        form = {"disaster": str(number), "form": "2", "seen": seen, "b.reporter": "佐藤"}
        status, text = await sent(officer, "/ops/damage/form", **form, do="look")
        assert status == 200 and "佐藤" in text
        status, led = await sent(officer, "/ops/damage/form", **form, do="make")
        assert status == 303 and led.endswith("&number=1")
        assert (await sent(officer, "/ops/damage/form", **form, do="make"))[0] == 409
        assert (await sent(viewer, "/ops/damage/form", **form, do="make"))[0] == 403
        assert "直すときは、次の報を作ります" in await page(viewer, led)
        for kind in ("xlsx", "csv", "pdf"):
            path = f"/ops/damage/file/{number}/2/1.{kind}"
            async with viewer.http.get(path) as answer:
                assert answer.status == 200 and "exercise" in answer.headers["Content-Disposition"]
            async with (await web.visitor()).http.get(path, allow_redirects=False) as answer:
                assert answer.status in {302, 303, 401}
        assert (await viewer.get(f"/ops/damage/file/{number}/2/9.pdf"))[0] == 404
        items = (await viewer.get(f"/api/v1/damage/reports?disaster={number}"))[1]["items"]
        assert [(one["form"], one["number"], sorted(one["hashes"])) for one in items] == [
            (2, 1, ["csv", "pdf", "xlsx"])
        ]
        for odd in ("disaster=1&form=3", "disaster=x", "", "disaster=1&form="):
            assert (await officer.get(f"/ops/damage/form?{odd}"))[0] == 400
    async with store.read() as connection:
        made = (await damage_reports.of_disaster(connection, number))[0]
    assert "【訓練】" in (await kept(store, made, "csv")).decode("utf-8-sig").splitlines()[0]
    book = zipfile.ZipFile(io.BytesIO(await kept(store, made, "xlsx")))
    assert "【訓練】第４号様式" in book.read("xl/sharedStrings.xml").decode()


def test_a_box_that_is_longer_than_a_page_goes_on_on_the_next() -> None:
    head = Cell(row=0, column=0, text="【訓練】第４号様式", look=Look.TITLE)
    long = Grid(title="第1報", widths=(80,), cells=(head, Cell(row=1, column=0, text="\n".join(["道路が冠水"] * 200))))
    assert as_pdf(long).count(b"/Type /Page\n") > 2
