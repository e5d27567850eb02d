"""A back-test told line by line: what would have been sent, what happened, and how well the one fits the other."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from rules.alert import Alert, Approval
from services.backtest import lines, summary
from services.backtest.asked import Asked, World, desks
from services.backtest.compare import compared
from services.backtest.definitions import Definition, load
from services.backtest.desk import Desk, Event, Said
from services.backtest.hindsight import Hindsight
from services.backtest.judge import Evidence, verdicts
from services.backtest.lines import Line
from services.backtest.record import Record
from services.backtest.run import run
from services.backtest.sight import Period, Sight
from services.store import alerts

_OFTEN = timedelta(minutes=5)  # so often is looked at what happened
NAMES = ("rules", "against")
_SUMS = frozenset({"period", "summary", "compared", "trouble"})


@dataclass(slots=True)
class _Set:
    """One set of rules: its desk, what left the house, and every revision that was written."""

    name: str  # empty where there is only one
    desk: Desk
    record: Record
    written: list[Alert]

    @property
    def rules(self) -> list[str]:
        return [rule.id for rule in self.desk.rules]

    def hear(self, event: Event) -> None:
        self.record.hear(event)
        if isinstance(event, Said) and event.at >= self.record.start and _new(event):
            self.written.append(event.alert)

    def named(self, line: Line) -> Line:
        return {**line, "set": self.name} if self.name else line


async def told(asked: Asked, world: World) -> AsyncIterator[Line]:
    """Every line, in the order in which things happened; then what is judged, and what sums it up.

    Raises RuleError or OSError for a file of definitions that cannot be used.
    """
    definitions = load(asked.events, [rule for rules in asked.rules for rule in rules])
    async for line in _every(asked, world, definitions):
        if _wanted(line, asked):
            yield line


async def _every(asked: Asked, world: World, definitions: Sequence[Definition]) -> AsyncIterator[Line]:
    at_work = await desks(asked, world)
    names = NAMES if len(at_work) > 1 else ("",)
    sets = [_Set(name, desk, Record(asked.start), []) for name, desk in zip(names, at_work, strict=True)]
    yield lines.period(asked.start, asked.end, _how(asked, sets))
    sight = Sight(world.source(asked.status), asked.period)
    async for at, place, event in run(sight, asked.period, at_work):
        sets[place].hear(event)
        if at >= asked.start and (asked.recorded or not _waits(event)):
            yield sets[place].named(lines.of_event(event))
    for name, fault in sorted(sight.failing.items()):
        yield {"line": "trouble", "model": name, "message": f"failed, and its last word stood: {fault}"}
    evidence = await _evidence(asked, world, definitions)
    for one in sets:
        for line in _judged(one, evidence, asked):
            yield one.named(line)
    if asked.compare_sent:
        async with world.store.read() as connection:
            stored = await alerts.between(connection, asked.status, asked.start, asked.end)
        differences, counts = compared(stored, sets[0].written)
        for line in (*differences, counts):
            yield line


async def _evidence(asked: Asked, world: World, definitions: Sequence[Definition]) -> Evidence:
    """What happened, by a second look over the period at hindsight."""
    period = asked.period
    often = Period(period.start, period.end, max(_OFTEN, period.step))
    sight = Sight(world.source(asked.status), often, hindsight=True)
    hindsight = Hindsight(definitions, asked.status)
    await hindsight.look(sight, often)
    return Evidence(
        start=asked.start,
        end=asked.end,
        definitions=definitions,
        happened=hindsight.found,
        stations=frozenset(world.ground.stations),
        heard=frozenset(sight.heard),
    )


def _judged(one: _Set, evidence: Evidence, asked: Asked) -> Iterator[Line]:
    found = verdicts(one.record, one.rules, evidence)
    if asked.kinds:
        found = [verdict for verdict in found if verdict.kind in asked.kinds]
    yield from (summary.judged(verdict) for verdict in found)
    yield from lines.held(one.desk)
    yield from summary.summaries(one.record, one.rules, found)


def _how(asked: Asked, sets: Sequence[_Set]) -> Line:
    return {
        "status": asked.status.value,
        "rules": sets[0].rules,
        **({"against": sets[1].rules} if len(sets) > 1 else {}),
        "people": sets[0].desk.people.name,
        "step_s": asked.step.total_seconds(),
        "warm_up_h": asked.warm_up.total_seconds() / 3600,
    }


def _wanted(line: Line, asked: Asked) -> bool:
    if asked.summary and line["line"] not in _SUMS:
        return False
    return not asked.kinds or "kind" not in line or line["kind"] in asked.kinds


def _waits(event: Event) -> bool:
    """A draft of which the next line says that it is issued, where all are approved at once."""
    return isinstance(event, Said) and event.act == "proposed"


def _new(event: Said) -> bool:
    """A revision is written down, not decided upon."""
    return event.act == "proposed" or event.alert.approval is Approval.AUTO
