"""What the reports of several processes make of the line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from services.health import Health
from services.line import SERVICES, Report, whole

AT = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


def way_in(*reasons: str, broker: bool = True, at: datetime | None = AT, where: str = "a:1") -> Report:
    health = Health(broker=broker, ingest=True, ingest_last_at=at, stale=at is None, reasons=list(reasons))
    return Report(services=("ingest",), health=health, where=where)


def other(*services: str, reasons: tuple[str, ...] = ()) -> Report:
    return Report(services=services, health=Health(reasons=list(reasons)), where="b:2")


REST = other("poll", "predict", "evaluate", "deliver")
PAGES = other("web")


def test_one_process_that_runs_everything_is_the_line() -> None:
    own = Report(services=SERVICES, health=way_in("a fault").health)
    assert whole(own, [], SERVICES) == own.health


def test_a_service_that_nobody_runs_is_named_and_one_that_is_not_needed_is_not() -> None:
    told = whole(PAGES, [other("predict")], [name for name in SERVICES if name != "poll"])
    assert [reason.split(" ", 1)[0] for reason in told["reasons"]] == ["ingest", "evaluate", "deliver"]
    assert (told["broker"], told["ingest"], told["stale"], told["ingest_last_at"]) == (False, False, True, None)


def test_a_fault_of_another_process_carries_its_name() -> None:
    told = whole(PAGES, [way_in("ingest stopped"), REST], SERVICES)
    assert told["reasons"] == ["ingest（a:1）: ingest stopped"]
    assert told["broker"] and told["ingest"] and not told["stale"]


def test_of_two_ways_in_one_that_works_is_enough_but_the_other_is_told() -> None:
    older = way_in(at=AT - timedelta(hours=1), where="c:3")
    told = whole(PAGES, [way_in("no broker", broker=False), older, REST], SERVICES)
    assert (told["broker"], told["ingest_last_at"]) == (True, AT)
    assert told["reasons"] == ["ingest（a:1）: no broker"]
