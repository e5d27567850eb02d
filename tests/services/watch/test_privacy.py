"""A walk with marks: nobody without a leave, no file, log, figure or message holds a word of who is watched over."""

from __future__ import annotations

import ast
import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client import generate_latest
from sqlalchemy import select
from structlog.testing import capture_logs

from feeds.records import Message
from feeds.registry import FEEDS, for_message
from rules.watch.alarm import Answer
from rules.watch.ward import Home
from services.overflow import packed
from services.store.engine import Store
from services.store.tables import chronology, quarantine, records
from services.store.users import Role
from services.watch.answering import answer
from services.watch.desk import Desk
from services.watch.register import By
from tests.rules.watch.making import consent, supporter, ward
from tests.services.making import NOW
from tests.services.test_privacy_walk import WAYS, read, routes
from tests.services.watch.scene import TOLD, Hub
from tests.services.watch.test_flow import in_force
from tests.services.web_floor import floor, ground

pytestmark = pytest.mark.one_engine
SECRET, LON, LAT = "ヒミツノ", 141.1054321, 39.7054321
MARKS = (SECRET, "himitsu", "141.1054", "39.7054", "090-9999")
MARKED = ward(
    name=f"{SECRET}太郎",
    alias=f"{SECRET}ちゃん",
    notes=f"{SECRET}の薬",
    phone="090-9999-0000",
    home=Home(address=f"{SECRET}町1-2", lon=LON, lat=LAT),
    consents=(consent(given_by=f"{SECRET}花子", paper="himitsu-paper"),),
    supporters=(supporter(1, "himitsu", place=True, needs=True),),
    places={"himitsu-gate": f"{SECRET}小学校"},
)
TIME = "2026-11-20T18:00:00+09:00"
SIGNALS = (
    {"kind": "button", "time": TIME, "id": "a", "battery": 3},
    {"kind": "position", "time": TIME, "id": "b", "lon": LON, "lat": LAT},
    {"kind": "passed", "time": TIME, "id": "c", "place": "himitsu-gate"},
    {"kind": "himitsu", "time": TIME, "place": "himitsu"},
    {"kind": "motion", "time": "himitsu 090-9999"},
    {"himitsu": LON, "kind": "position", "lon": LON, "lat": 3900, "time": TIME},
    b"himitsu {{ 141.1054",
    {"kind": "motion", "time": TIME, "v": SECRET},
)


def seen_in(text: str) -> list[str]:
    return [mark for mark in MARKS if mark in text]


async def seeded(store: Store) -> tuple[Hub, str]:
    hub = Hub(store)
    await hub.open()
    one = await hub.add(MARKED)
    await in_force(store, 3, hazards=("Actual/flood/flood/032010001/x",))
    for told in SIGNALS:
        await hub.came(told)
    await hub.came(SIGNALS[0], "hub/v1/gw07/watch/himitsu")
    await hub.came(SIGNALS[0], "hub/v1/watch1/watch/himitsu/more/himitsu")
    await hub.came(SIGNALS[0], "hub/v1/watch1/watch")
    await hub.turn()
    await answer(store, hub.vault, hub.link(), Answer.GOING, hub.clock.at)
    await hub.turn(minutes=7)
    return hub, one.uid


async def test_nothing_of_a_ward_is_anywhere_that_others_read(store: Store, tmp_path: Path) -> None:
    with capture_logs() as logs:
        hub, uid = await seeded(store)
        async with floor(store, watch=Desk(store, TOLD, ground())) as running:
            people = (await running.visitor(), await running.person(Role.ADMIN))
            for visitor, (query, accept) in zip(people, (WAYS[0], WAYS[-1]), strict=True):
                answered = 0
                for path in routes(running, {"uid": [uid], "format": ["json", "xml"]}):
                    status, text = await read(visitor, path + query, Accept=accept)
                    answered += status == 200
                    assert seen_in(text) == [], path + query
                assert answered > 20
            async with (await running.visitor()).http.get("/api/v1/events") as stream:
                heard = await asyncio.wait_for(stream.content.readuntil(b"\n\n"), 5)
    assert seen_in(heard.decode()) == []
    assert seen_in(f"{logs}") == [] and seen_in(generate_latest().decode()) == []
    async with store.read() as connection:
        assert (await connection.execute(select(records))).all() == [], "no record came of it"
        refused = (await connection.execute(select(quarantine))).mappings().all()
        told = f"{(await connection.execute(select(chronology))).all()}"
    assert len(refused) > 4 and {bytes(row["payload"]) for row in refused} == {b""}
    assert {row["topic"] for row in refused} <= {"hub/v1/watch1/watch", "hub/v1/gw07/watch"}
    assert seen_in(f"{refused}") == [] and seen_in(told) == []
    assert {"bad_json", "bad_topic", "no_grant", "unknown_kind"} <= {row["code"] for row in refused}
    assert any(SECRET in body for _, _, message in hub.phones.calls for body in (message.body,)), "or it proves nothing"


async def test_a_copy_of_the_store_tells_nobody(store: Store, tmp_path: Path) -> None:
    await seeded(store)
    whole = b"".join(path.read_bytes() for path in tmp_path.glob("shirase.db*"))
    assert len(whole) > 100_000
    assert [mark for mark in (*MARKS, "内丸1-2-3", "haha@") if mark.encode() in whole] == []
    assert b"w-" in whole, "the number that says nothing is there"


async def test_erasing_leaves_who_looked_and_nothing_else(store: Store) -> None:
    hub, uid = await seeded(store)
    by = By(who="fukushi", at=NOW, why=f"{SECRET}さんの希望")
    told = await hub.register.export(uid, by)
    assert len(told["signals"]) == 3 and told["alarms"] and told["messages"] and told["looks"]
    assert told["ward"]["name"] == MARKED.name
    proof = await hub.register.remove(uid, by)
    assert proof["erased"]["signals"] == 3 and proof["erased"]["wards"] == 1 and proof["erased"]["reasons"] > 0
    found = {}
    async with store.read() as connection:
        for table in records.metadata.sorted_tables:
            rows = (await connection.execute(select(table))).all()
            if uid in f"{rows}" or seen_in(f"{rows}"):
                found[table.name] = f"{rows}"
    assert [*found] == ["watch_log"] and seen_in(found["watch_log"]) == []
    assert await hub.turn(minutes=1) == [] and [*await hub.came(SIGNALS[0])] == ["no_device"]


async def test_no_feed_takes_a_signal_and_a_flood_packs_none(store: Store) -> None:
    topic = "hub/v1/watch1/watch/tag1"
    message = Message(topic=topic, payload=b"{}", received_at=NOW, retained=False, gateway="watch1")
    assert for_message(message) is None and not any(feed.accepts(topic) for feed in FEEDS)
    hub = Hub(store)
    await hub.open()
    await hub.add(ward())
    hub.intake.allowance = _Never()  # type: ignore[assignment]
    assert [*await hub.came({**SIGNALS[2], "place": "home"})] == ["over_allowance"]
    assert [*await hub.came(SIGNALS[0])] == ["kept"], "a cry for help passes"
    assert [*await hub.came(SIGNALS[0], retained=True)] == ["retained"]
    assert packed([]) == [] and replace(message, payload=b"") != message


class _Never:
    """Everything is too much."""

    @staticmethod
    def over(*_: object) -> bool:
        return True


def test_nobody_else_imports_the_tables() -> None:
    root = Path(__file__).parents[3] / "services"
    own = {"watch", "store", "retention", "cli"}
    for path in root.rglob("*.py"):
        parts = set(path.relative_to(root).parts[:-1])
        text = path.read_text(encoding="utf-8")
        if parts & own or "watch_" not in text:
            continue
        names = {
            alias.name
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("services.store")
            for alias in node.names
        }
        assert not {name for name in names if name.startswith(("watch_", "tables_watch"))}, path
