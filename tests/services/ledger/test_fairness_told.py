"""Fairness out of the store: orders that were given are triggers, passes answer them; API, table and command line."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from feeds.status import Status
from geo.plow.fairness import Street
from rules.orders.decision import Kind
from rules.orders.life import Act, Event, How, Order, State
from services.cli import run
from services.ledger import fairness
from services.store import orders, plowed
from services.store.engine import Store
from services.store.plowed import Vehicle
from services.store.users import Role
from tests.geo.plow.test_fairness import passed
from tests.services.web_floor import floor

pytestmark = pytest.mark.one_engine
DAY = date(2026, 11, 19)
FIRED = datetime(2026, 11, 18, 16, tzinfo=UTC)  # 01:00 in Japan
STREETS = [Street(id=f"s{n}", section="sw", route_class=1 + n % 2, length_m=100) for n in range(4)]
NEW = Order(id=0, status=Status.ACTUAL, section="sw", section_name="南西", kind=Kind.PLOW, rule="all-roads")


async def give(store: Store, new: Order = NEW, act: Act = Act.ORDER, fired: datetime = FIRED) -> None:
    async with store.write() as connection:
        finish = fired + timedelta(hours=6)
        begun = await orders.begin(
            connection, replace(new, finish_by=finish), Event(act=Act.PROPOSE, at=fired, how=How.HUB, who="rule")
        )
        event = Event(act=act, at=fired + timedelta(minutes=10), how=How.DESK, who="佐藤")
        await orders.act(connection, begun, event)


async def plow(store: Store, status: Status = Status.ACTUAL) -> None:
    """Three of four streets, after 30, 60 and 90 minutes."""
    some = {(Vehicle(status, "gw", "p1"), passed(f"s{n}", FIRED.timestamp() + 1800 * (n + 1))) for n in range(3)}
    async with store.write() as connection:
        await plowed.replace(connection, (), some)


async def test_the_desk_sees_how_long_streets_waited(store: Store) -> None:
    await give(store)
    await give(store, replace(NEW, kind=Kind.HAULING, rule="narrow"))
    await give(store, replace(NEW, status=Status.EXERCISE))
    await plow(store)
    async with floor(store, streets=tuple(STREETS)) as running:
        viewer = await running.person(Role.VIEWER)
        assert (await (await running.visitor()).get("/api/v1/fairness"))[0] == 401
        _, told = await viewer.get("/api/v1/fairness?day=2026-11-19")
        whole = told["items"][0]
        assert whole == {
            "section": None, "route_class": None, "streets": 4, "passed": 3, "median_min": 60.0, "p90_min": None,
            "in_time": 0.75,
        }  # fmt: skip
        assert (await viewer.get("/api/v1/fairness?day=2026-11-19&status=Exercise"))[1]["items"][0]["passed"] == 0
        page = (await viewer.get("/ops/ledger?day=2026-11-19"))[1]
        assert "最初の通過まで" in page and "1:00:00" in page and "75%" in page


async def test_what_was_declined_is_no_trigger_and_the_next_order_ends_the_look_at_the_one_before(store: Store) -> None:
    await give(store, act=Act.DECLINE)
    async with store.read() as connection:
        given = await orders.overlapping(connection, Status.ACTUAL, FIRED, FIRED + timedelta(days=1))
    now = FIRED + timedelta(days=3)
    assert given and fairness.triggers(given, now) == []
    ordered = replace(
        given[0], state=State.FINISHED, events=(given[0].events[0], replace(given[0].events[1], act=Act.ORDER))
    )
    again = replace(ordered, events=tuple(replace(one, at=one.at + timedelta(hours=9)) for one in ordered.events))
    first, second = fairness.triggers([again, ordered], now)
    assert (first.until, second.until) == (second.at, second.at + 24 * 3600)
    assert fairness.triggers([ordered], FIRED + timedelta(hours=2))[0].until == first.at + 7200


async def test_what_was_taken_back_asks_nobody_and_what_was_refused_waits_from_the_first(store: Store) -> None:
    await give(store)
    async with store.write() as connection:
        (one,) = await orders.still_open(connection)
        later = Event(act=Act.CANCEL, at=FIRED + timedelta(hours=1), how=How.DESK, who="佐藤")
        cancelled = await orders.act(connection, one, later)
    now = FIRED + timedelta(days=3)
    assert fairness.triggers([cancelled], now) == []
    refused = replace(cancelled, state=State.DECLINED)
    anew = replace(
        one, state=State.FINISHED, events=tuple(replace(e, at=e.at + timedelta(hours=2)) for e in one.events)
    )
    (alone,) = fairness.triggers([refused], now)
    (both,) = fairness.triggers([refused, anew], now)
    assert alone.at == both.at == FIRED.timestamp(), "streets have waited since the rule fired, whoever could not come"
    (apart,) = fairness.triggers([cancelled, anew], now)
    assert apart.at == (FIRED + timedelta(hours=2)).timestamp()


@pytest.mark.parametrize(
    "days", [("9999-12-31", "9999-12-31"), ("0001-01-01", "0001-01-01"), ("x", "x"), ("2026-12-02", "2026-12-01")]
)
def test_days_that_cannot_be_are_refused(days: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    with suppress(SystemExit):  # argparse leaves so
        assert run(["fairness", *days]) == 2
    assert days[1] in capsys.readouterr().err


def test_the_command_line(
    tmp_path: Path, migrated: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "shirase.db").write_bytes(migrated.read_bytes())
    monkeypatch.setenv("SHIRASE_DATA_DIR", str(tmp_path))
    assert run(["fairness", "2026-11-01", "2026-11-30"]) == 0
    assert capsys.readouterr().out == ""
    assert run(["ledger", "day", "2026-11-15", "--format", "csv", "--out", str(tmp_path / "d.csv")]) == 0
    assert (tmp_path / "d.csv").read_bytes().startswith("\ufeff日,業者".encode())
