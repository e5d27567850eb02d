"""Officers at the same thing see each other; what one took the chronology names; nobody stays who has gone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from services.store import alerts, chronology, presences
from services.store.engine import Store
from services.store.presences import LASTS, Doing
from services.store.tables import chronology as log
from services.store.tables_presence import presences as rows
from services.store.users import Role
from tests.services.making import NOW, alert, payload
from tests.services.web_floor import Visitor, floor

SECOND = timedelta(seconds=1)
DRAFT = "alert:Exercise-river-level-032010001-20261120T180000"


async def test_who_says_nothing_more_is_forgotten_and_leaves_no_row(store: Store) -> None:
    async with store.write() as connection:
        await presences.say(connection, "sato", "tab-one-1", {DRAFT: Doing.WRITING}, NOW)
    async with store.read() as connection:
        assert [one.person for one in await presences.here(connection, NOW + LASTS - SECOND)] == ["sato"]
        assert await presences.here(connection, NOW + LASTS) == []
    async with store.write() as connection:
        said = await presences.say(connection, "suzuki", "tab-two-1", {}, NOW + LASTS)
        assert said.changed, "somebody is gone: that is news"
        assert await connection.scalar(select(func.count()).select_from(rows)) == 0


async def test_two_tabs_of_one_person_are_one_and_the_most_counts(store: Store) -> None:
    async with store.write() as connection:
        await presences.say(connection, "sato", "tab-one-1", {DRAFT: Doing.READING}, NOW)
        await presences.say(connection, "sato", "tab-two-1", {DRAFT: Doing.WRITING}, NOW + SECOND)
        (one,) = await presences.here(connection, NOW + SECOND)
        assert (one.doing, one.since) == (Doing.WRITING, NOW)
        again = await presences.say(connection, "sato", "tab-two-1", {DRAFT: Doing.WRITING}, NOW + 9 * SECOND)
        assert not again.changed, "a beat alone is no news"
        await presences.say(connection, "sato", "tab-two-1", {}, NOW + 10 * SECOND)
        (left,) = await presences.here(connection, NOW + 10 * SECOND)
        assert left.doing is Doing.READING


@pytest.mark.one_engine
async def test_one_takes_it_and_the_other_sees_who(store: Store) -> None:
    one = alert()
    async with store.write() as connection:
        await alerts.add_draft(connection, one, {"log": payload()}, NOW)
    what = f"alert:{one.series}"
    async with floor(store) as running:
        sato = await running.person(Role.OPERATOR, "sato")
        suzuki = await running.person(Role.APPROVER, "suzuki")
        taken = {"tab": "tab-of-sato", "items": [{"what": what, "doing": "taken"}]}
        for _ in range(3):  # the beat goes on, and is entered once
            status, told = await sato.post("/api/v1/presence", taken)
            assert status == 200 and told["again_s"] < LASTS.total_seconds()
        status, seen = await suzuki.get("/api/v1/presence")
        assert status == 200
        assert [(i["person"], i["what"], i["doing"]) for i in seen["items"]] == [("sato", what, "taken")]
        assert set(seen["items"][0]) == {"person", "what", "doing", "since"}
        assert (await (await running.visitor()).get("/api/v1/presence"))[0] == 401
    async with store.read() as connection:
        entries = (await connection.execute(select(log.c.who, log.c.text).where(log.c.kind == "callout"))).all()
        assert await chronology.first_broken(connection) is None
    assert [row.who for row in entries] == ["sato"] and one.texts["ja"].headline in entries[0].text


@pytest.mark.one_engine
async def test_what_is_no_presence_is_refused_with_what_would_be(store: Store) -> None:
    async with floor(store) as running:
        viewer = await running.person(Role.VIEWER, "tanaka")
        ok = [{"what": DRAFT, "doing": "reading"}]
        wrong: list[tuple[dict[str, Any], int, str]] = [
            ({"tab": "short", "items": ok}, 400, "tab"),
            ({"tab": "tab-of-tanaka", "items": "all"}, 400, "items"),
            ({"tab": "tab-of-tanaka", "items": [{"what": "山田さん 090", "doing": "reading"}]}, 400, "alert:"),
            ({"tab": "tab-of-tanaka", "items": [{"what": DRAFT, "doing": "sleeping"}]}, 400, "doing"),
            (
                {"tab": "tab-of-tanaka", "items": [{"what": f"page:p{n}", "doing": "reading"} for n in range(99)]},
                400,
                "20",
            ),
            ({"tab": "tab-of-tanaka", "items": [{"what": DRAFT, "doing": "taken"}]}, 403, "viewer"),
        ]
        for body, wanted, word in wrong:
            status, told = await viewer.post("/api/v1/presence", body)
            assert (status, word in told["message"]) == (wanted, True), (body, told)
        assert (await viewer.post("/api/v1/presence", {"tab": "tab-of-tanaka", "items": ok}))[0] == 200
        stranger: Visitor = await running.visitor()
        assert (await stranger.post("/api/v1/presence", {"tab": "tab-of-tanaka", "items": ok}))[0] in {401, 403}
