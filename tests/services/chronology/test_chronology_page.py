"""/ops/chronology without any script: enter, follow, put right, be told of the other officer, look for it."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from html import unescape
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest

from feeds.japan import JAPAN
from feeds.status import Status
from services.store import chronology, chronology_read, matters
from services.store.chronology import Entry
from services.store.engine import Store
from services.store.users import Role
from tests.services.making import NOW
from tests.services.web_floor import Visitor, floor

pytestmark = pytest.mark.one_engine
PATH = "/ops/chronology"
SAID = {"sort": "asked", "way": "radio", "source": "消防本部", "to": "災害対策本部"}


async def sent(visitor: Visitor, path: str, **fields: Any) -> tuple[int, str]:
    """A form as a browser sends it: status, and the page or where it leads."""
    form = {"csrf": visitor.csrf, **fields}
    async with visitor.http.post(path, data=form, allow_redirects=False, headers={"Accept": "text/html"}) as response:
        return response.status, response.headers.get("Location") or unescape(await response.text())


async def page(visitor: Visitor, path: str = PATH) -> str:
    status, text = await visitor.get(path)
    assert status == 200, text
    return re.sub(r"\s+", " ", unescape(text))


def said(**more: str) -> dict[str, str]:
    return {**SAID, "happened": "", "words": "内丸で道路が冠水", "state": "open", "priority": "urgent", **more}


async def test_a_night_at_the_headquarters(store: Store) -> None:
    async with floor(store, now=lambda: NOW + timedelta(minutes=10)) as web:
        officer, viewer = await web.person(Role.OPERATOR, "suzuki"), await web.person(Role.VIEWER, "looker")
        once = {"once": "a-token-of-the-form-1"}
        body = said(area="内丸", words="内丸で道路が冠水。連絡先 019-651-4111")
        assert await sent(officer, PATH, **body, **once) == (303, f"{PATH}?done=entered#lines")
        assert (await sent(officer, PATH, **body, **once))[0] == 303, "pressed twice"
        shown = await page(viewer)
        assert "未対応 1件" in shown and shown.count("［要請・至急］消防本部→災害対策本部（無線） 内丸：") == 1
        assert "019-651" not in shown and "本部の動きを記録する" not in shown, "covered; and a viewer has no form"
        assert (await sent(viewer, PATH, **body))[0] == 403
        status, text = await sent(officer, PATH, **said(area="どこか", words="まだ書きかけ"))
        assert status == 400 and "まだ書きかけ" in text and "一覧から選んで" in text, "what was typed is still there"
        follow = {"id": "1", "seen": "1", "act": "follow", "sort": "done", "words": "通行止めにした", "state": "doing"}
        assert (await sent(officer, f"{PATH}/matter", **follow))[0] == 303
        status, text = await sent(officer, f"{PATH}/matter", **follow | {"words": "もう一人が書いた"})
        assert status == 409 and "suzuki が" in text and "もう一人が書いた" in text
        form = await page(officer, f"{PATH}/matter?id=1&correct=1")
        assert "1-1 を訂正する" in form and 'value="消防本部"' in form
        right = said(id="1", seen="2", act="correct", of="1", words="大通で道路が冠水", state="doing")
        assert (await sent(officer, f"{PATH}/matter", **right))[0] == 303
        shown = await page(viewer)
        assert "<s>案件1 ［要請・至急］" in shown and "訂正</a>" in shown and "対応中 1件" in shown
        back = {"id": "1", "seen": "3", "act": "take_back", "of": "2"}
        assert (await sent(officer, f"{PATH}/matter", **back))[0] == 303
        assert (await sent(officer, f"{PATH}/matter", **back | {"seen": "4"}))[0] == 409
    async with store.read() as connection:
        assert await chronology.first_broken(connection) is None
        one = await matters.find(connection, 1)
        lines = await chronology_read.by_number(connection, [event.line for event in one.events] if one else [])
    assert (
        one is not None and one.version == 4 and lines[one.events[2].line].refs["corrects"] == str(one.events[0].line)
    )


async def test_what_is_looked_for(store: Store) -> None:
    entries = [
        Entry(
            at=NOW - timedelta(minutes=n),
            status=Status.ACTUAL,
            kind="hazard",
            who="river",
            text=f"{n}分前 レベル{n % 5 + 1}",
        )
        for n in range(250)
    ]
    drill = Entry(at=NOW, status=Status.EXERCISE, kind="issued", who="sato", text="避難指示", refs={"series": "x/y"})
    odd = Entry(at=NOW, status=Status.ACTUAL, kind="note", who="sato", text="=1+1 <b>太字</b>")
    async with store.write() as connection:
        await chronology.append(connection, [*entries, drill, odd])
    async with floor(store) as web:
        viewer = await web.person(Role.VIEWER)
        shown = await page(viewer)
        assert shown.count("<tr id=") == 100 and "次のページ" in shown and "【訓練】避難指示" in shown
        assert "<b>太字</b>" not in (await viewer.get(PATH))[1] and 'href="/ops/alerts/x%2Fy"' in shown
        seen = set(re.findall(r"\d+分前", shown))
        following = re.search(r'rel="next" href="([^"#]+)', shown)
        while following:
            shown = await page(viewer, following[1])
            seen |= set(re.findall(r"\d+分前", shown))
            following = re.search(r'rel="next" href="([^"#]+)', shown)
        assert len(seen) == 250, "no line is skipped between pages"
        for query, many in (
            ("status=Exercise", 1),
            ("group=sent&group=manual", 2),
            ("level=5", 50),
            ("who=SATO", 2),
            ("q=12分前", 3),
            ("important=on&level=1", 100),
            ("from=2026-11-21T03:00&to=2026-11-21T03:10&order=oldest", None),
        ):
            shown = await page(viewer, f"{PATH}?{query}")
            assert many is None or shown.count("<tr id=") == many, query
        assert "訓練" in await page(viewer, f"{PATH}?status=Exercise")
        for wrong in ("level=9", "group=x", "status=Real", "from=soon", "order=odd", "cursor=xx", f"q={'あ' * 101}"):
            assert (await viewer.get(f"{PATH}?{wrong}"))[0] == 400, wrong
        assert (await viewer.get(f"{PATH}?from=2026-11-21T03:00&to=2026-11-21T02:00"))[0] == 400
        newest = int(re.search(r'data-newest="(\d+)"', await page(viewer))[1])  # type: ignore[index]
        assert (await viewer.get(f"{PATH}/new.json?seen={newest - 3}&status=Exercise"))[1] == {"new": 1}
        assert (await viewer.get(f"{PATH}/new.json?seen={newest}"))[1] == {"new": 0}
        assert (await viewer.get(f"{PATH}/new.json?seen=x"))[0] == 400


async def test_its_files(store: Store) -> None:
    told = [
        Entry(at=NOW, status=Status.EXERCISE, kind="note", who="sato", text="=HYPERLINK(1)"),
        Entry(at=NOW, status=Status.EXERCISE, kind="issued", who="sato", text="避難指示を発表した"),
    ]
    async with store.write() as connection:
        await chronology.append(connection, told)
    async with floor(store) as web:
        viewer, stranger = await web.person(Role.VIEWER), await web.visitor()
        assert "login" in str((await stranger.get(f"{PATH}.csv", allow_redirects=True))[1])
        async with viewer.http.get(f"{PATH}.csv?group=manual&status=Exercise") as answer:
            body, headers = await answer.read(), answer.headers
        assert body.startswith(b"\xef\xbb\xbf") and b"\r\n" in body and "exercise-" in headers["Content-Disposition"]
        rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))
        assert rows[0][0] == "【訓練】発生" and rows[1][0].endswith("+09:00") and len(rows) == 3
        assert "【訓練】=HYPERLINK(1)" in rows[1][6], "a mark before it: no spreadsheet runs it"
        last = headers["X-Chronology-Last"].split()[1]
        assert last in rows[2][6] and "本部の記録" in rows[2][6], "the filter and the last link"
        async with viewer.http.get(f"{PATH}.xlsx") as answer:
            book = await answer.read()
        assert last in ZipFile(io.BytesIO(book)).read("xl/sharedStrings.xml").decode()
        tab = openpyxl.load_workbook(io.BytesIO(book)).active
        assert tab["A3"].value == "発生（日本時間）\nHappened (JST)", "a cell knows no zone: its heading does"
        assert (tab["A4"].value, tab["A4"].is_date) == (NOW.astimezone(JAPAN).replace(tzinfo=None), True)
        assert tab["A4"].number_format == tab["B4"].number_format == "yyyy-mm-dd hh:mm:ss"
        async with viewer.http.get(f"{PATH}.pdf") as answer:
            assert (await answer.read()).startswith(b"%PDF") and answer.content_type == "application/pdf"
