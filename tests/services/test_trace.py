"""The trail in the log: told after the commit, of ids alone, and followed from any of them."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from feeds.records import Fix, Record
from services import trail
from services.channels.channel import Delivery, Outcome, Verdict
from services.cli import run
from services.store.engine import Store
from services.trace import Line, follow, read
from tests.services.making import NOW, payload, reading

pytestmark = pytest.mark.one_engine
FIX = Fix(gateway="contractor", vehicle="盛岡 800 あ 12-34", measured_at=NOW, lon=141.1, lat=39.7)


async def test_what_was_rolled_back_is_not_told(store: Store) -> None:
    with capture_logs() as lines:
        async with store.write() as connection:
            trail.tell(connection, trail.ISSUED, series="good")
            assert lines == []
        with pytest.raises(RuntimeError):
            async with store.write() as connection:
                trail.tell(connection, trail.ISSUED, series="bad")
                raise RuntimeError
        async with store.write():
            """What another left behind on this connection is not this one's."""
    assert [one["series"] for one in lines] == ["good"]


def test_of_vehicles_and_of_crowds_only_numbers_are_told() -> None:
    many: list[Record] = [reading(seq=number) for number in range(trail.NAMED + 1)]
    with capture_logs() as lines:
        trail.stored("ingest", [reading(message_id="a"), FIX], (7, 8))
        trail.stored("ingest", many, tuple(range(10, 27)))
        trail.stored("ingest", [reading()], ())
    assert [(one["seqs"], one["records"]) for one in lines] == [("7-8", ["gw1#a"]), ("10-26", [])]


def test_the_trace_goes_out_as_the_standard_has_it() -> None:
    sent = Delivery(
        id="a:webhook",
        key="k",
        series="Actual-a",
        revision=1,
        channel="webhook",
        payload=payload(),
        status=reading().status,
        attempts=1,
        after_unknown=False,
        first_tried_at=NOW,
        expires=NOW + timedelta(hours=1),
    )
    version, trace, span, flags = trail.traceparent(sent).split("-")
    assert (version, flags, len(trace), len(span)) == ("00", "01", 32, 16) and int(trace, 16) and int(span, 16)
    again = trail.traceparent(replace(sent, claim=sent.claim + 1))
    assert again.split("-")[1] == trace and again.split("-")[2] != span
    with capture_logs() as (lines):
        trail.tried(sent, Outcome(verdict=Verdict.ACCEPTED, remote_id="r", detail="words of a provider"))
    assert lines[0]["trace"] == trace and "words" not in str(lines)


def _line(second: int, event: str, **ids: object) -> str:
    return json.dumps({"event": event, "timestamp": f"2026-11-20T09:00:{second:02d}Z", "level": "info", **ids})


INGEST = [
    _line(1, trail.STORED, seqs="4-4", records=["gw1#old"]),
    _line(5, trail.STORED, seqs="5-6", records=["gw1#a", "gw1#b"]),
    _line(6, trail.STORED, seqs="7-40", records=[]),
    '{"event": "records stored", "timest',  # the disk was full
]
REST = [
    _line(2, trail.CHANGED, records=["gw1#old"], hazards=["flood/1"], level=1),
    _line(7, trail.CHANGED, records=["gw1#a"], hazards=["flood/1", "flood/2"], level=3),
    _line(8, trail.DRAFTED, hazards=["flood/1"], series="S", identifier="S-1", trace="t"),
    _line(9, trail.ISSUED, series="S", identifier="S-1", trace="t"),
    _line(10, trail.TRIED, series="S", delivery="S-1:x", verdict="later", trace="t"),
    _line(11, trail.TRIED, series="S", delivery="S-1:x", verdict="accepted", trace="t"),
    _line(12, trail.DRAFTED, hazards=["bear/1"], series="other", identifier="o-1", trace="u"),
    _line(13, "lease taken", lease="predict"),
]


@pytest.mark.parametrize("wanted", ["gw1#a", "flood/2", "S", "S-1", "S-1:x", "t"])
def test_every_id_leads_both_ways_and_to_nothing_else(wanted: str) -> None:
    found = [int(one.at[17:19]) for one in follow(read([*REST, *INGEST]), wanted)]
    expected = {"flood/2": [5, 7]}.get(wanted, [5, 7, 8, 9, 10, 11])
    assert [at for at in found if at >= 5] == [*expected, *([8, 9, 10, 11] if wanted == "flood/2" else [])]
    assert 12 not in found and 13 not in found and 6 not in found


def test_a_hazard_that_held_for_days_is_followed_in_a_few_looks_at_each_line(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = 0

    def counted(line: Line) -> Sequence[str]:
        nonlocal looks
        looks += 1
        return line.ids.get("hazards") or ()

    monkeypatch.setattr(Line, "hazards", property(counted))
    lines = [Line(f"{n:04}", trail.CHANGED, {"records": [f"r{n}"], "hazards": ["flood/1"]}) for n in range(600)]
    lines += [Line(f"{n:04}", trail.DRAFTED, {"hazards": ["flood/1"], "series": f"s{n}"}) for n in range(0, 600, 10)]
    lines.sort(key=lambda one: one.at)
    for wanted in ("flood/1", "r0", "s590"):
        assert follow(lines, wanted)
    assert len(follow(lines, "flood/1")) == len(lines)
    assert looks < 20 * len(lines), "of a day there are a hundred thousand"


def test_a_row_is_found_by_its_number_where_nobody_named_it() -> None:
    lines = read([*REST, *INGEST])
    assert [one.ids["seqs"] for one in follow(lines, "33")] == ["7-40"]
    assert follow(lines, "41") == []
    assert not Line("", trail.ISSUED, {"series": "33"}).names("3")


def test_the_command_reads_a_journal_and_says_what_it_does_not_find(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join([*INGEST, *REST])))
    assert run(["trace", "gw1#a"]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert told[-1]["verdict"] == "accepted" and told[0]["records"] == ["gw1#a", "gw1#b"]
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert run(["trace", "nobody"]) == 1
    assert json.loads(capsys.readouterr().err)["error"] == "unknown_id"
    assert run(["trace", "a", "--log", "nowhere.log"]) == 1
    assert json.loads(capsys.readouterr().err)["error"] == "no_log"
