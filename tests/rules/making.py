"""Small builders for the rules floor, and a world that keeps what the engine decides as the store does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from feeds.japan import JAPAN
from feeds.status import Status
from geo.hazard import Hazard
from rules.alert import Alert, Approval, Place, State
from rules.engine import Around, Decision, Sender, decide
from rules.ledger import OPEN, issued_as
from rules.noise.inhibition import itself
from rules.proposal import Proposal
from rules.rule import Rule, read_rule
from rules.situation import Situation, Standing
from rules.source import RuleError

NOW = datetime(2026, 7, 20, 18, 40, tzinfo=JAPAN)
SENDER = Sender(id="city.example", name="みほん市", name_en="Sample City", web="https://city.example/", contact="0120")
WORDS = """
event = "水位"
headline = "{{ places | listed }} レベル{{ level }}"
description = "{{ hazards | length }}件"
instruction = "離れる"
short = "{{ level_label }} {{ places | listed }} {{ now | clock }}現在"
"""
RULE = f"""
id = "river"
title = {{ ja = "川", en = "River" }}
group_by = "kind"
expires = "PT3H"
channels = ["x"]
approval = "one"
category = "Met"
response = "Monitor"
urgency = "Expected"
severity = "Moderate"
when = {{ kind = "flood", level_at_least = 2 }}
[wording.ja]
{WORDS}
[wording.en]
{WORDS}
[all_clear.ja]
{WORDS}
[all_clear.en]
{WORDS}
"""

CASE = """
[[test]]
name = "一つ"
now = 2026-07-20T18:40:00+09:00
[[test.hazard]]
kind = "flood"
model = "flood"
area = "a1"
area_name = "一"
level = 3
[test.expect]
level = 3
"""


def toml(*, drop: Sequence[str] = (), top: str = "", end: str = "") -> str:
    """The plain rule's text without the lines that begin with ``drop``, with more at the top and at the end."""
    kept = [line for line in RULE.splitlines() if not line.startswith(tuple(drop))] if drop else RULE.splitlines()
    return "\n".join([top, *kept, end]).strip() + "\n"


def rule(tmp_path: Path, text: str = RULE, **changes: Any) -> Rule:
    """A rule from its text. Raises RuleError as the loader does."""
    path = tmp_path / "rule.toml"
    path.write_text(text, encoding="utf-8")
    made, faults = read_rule(path)
    if made is None:
        raise RuleError(faults)
    return replace(made, **changes)


def hazard(area: str = "a1", level: int = 3, **changes: Any) -> Hazard:
    """A flood observed for an hour and believed for another."""
    made = Hazard(
        kind="flood",
        area=area,
        area_name=f"{area}町",
        level=level,
        alert_level=True,
        model="flood@1",
        status=Status.ACTUAL,
        observed=True,
        since=NOW - timedelta(hours=1),
        valid_until=NOW + timedelta(days=2),
        headline=f"{area} レベル{level}",
        source="g1",
    )
    return replace(made, **changes)


def place(code: str) -> Place:
    return Place(code=code, name=f"{code}町", name_en=code.upper())


def situation(*hazards: Hazard, now: datetime = NOW, **standing: Standing) -> Situation:
    return Situation(now=now, status=Status.ACTUAL, hazards=hazards, standing=standing)


def proposal(rule: Rule, *hazards: Hazard, now: datetime = NOW, standing: Standing | None = None) -> Proposal:
    return Proposal(rule=rule, stem="Actual-river-flood", now=now, hazards=hazards, standing=standing)


def issued(rule: Rule, *hazards: Hazard, now: datetime = NOW, state: State = State.ISSUED) -> Standing:
    """The standing of a first revision that spoke of these hazards."""
    alert = decide(situation(*hazards, now=now), [rule], SENDER, place).alerts[0]
    out = state is State.ISSUED
    return Standing(
        alert=alert,
        state=state,
        issued_revision=int(out),
        issued=int(out),
        chain=(alert,) if out else (),
        last_revision=1,
    )


@dataclass
class World:
    """Keeps revisions and their states as the store does, for one status."""

    rules: Sequence[Rule]
    status: Status = Status.ACTUAL
    families: dict[str, list[tuple[State, Alert]]] = field(default_factory=dict)
    around: Around = itself

    def standing(self, now: datetime) -> dict[str, Standing]:
        """Every series that is not over."""
        found = {}
        for series, family in self.families.items():
            waiting = [(s, a) for s, a in family if s in OPEN]
            if not waiting:
                continue
            out = [a for s, a in family if s in {State.ISSUED, State.SUPERSEDED}]
            found[series] = Standing(
                alert=waiting[-1][1],
                state=waiting[-1][0],
                issued_revision=out[-1].revision if out else 0,
                issued=len(out),
                chain=tuple(a for a in out if a.expires > now),
                last_revision=family[-1][1].revision,
            )
        return found

    def step(self, now: datetime, *hazards: Hazard) -> Decision:
        """Decide, and write what was decided."""
        picture = Situation(now=now, status=self.status, hazards=hazards, standing=self.standing(now))
        decision = decide(picture, self.rules, SENDER, place, self.around)
        for alert in decision.alerts:
            family = self.families.setdefault(alert.series, [])
            self._move(family, State.DRAFT, State.WITHDRAWN)
            assert all(alert.revision > a.revision for _, a in family), "a revision number was used twice"
            family.append((State.DRAFT, alert))
            if alert.approval is Approval.AUTO:
                self.issue(alert.series)
        for gone in decision.withdrawn:
            family = self.families[gone.series]
            self._move(family, State.DRAFT, State.WITHDRAWN)
            if gone.state is not State.WITHDRAWN:
                for state in OPEN:
                    self._move(family, state, gone.state)
        return decision

    def issue(self, series: str) -> Alert:
        """The waiting draft leaves the house."""
        family = self.families[series]
        state, alert = family.pop()
        assert state is State.DRAFT
        self._move(family, State.ISSUED, State.SUPERSEDED)
        self._move(family, State.REJECTED, State.WITHDRAWN)
        family.append((issued_as(alert), alert))
        return alert

    def reject(self, series: str) -> None:
        """A person says no to the waiting draft."""
        family = self.families[series]
        assert family[-1][0] is State.DRAFT
        family[-1] = (State.REJECTED, family[-1][1])

    def only(self) -> str:
        """The name of the one series there is."""
        (series,) = self.families
        return series

    @staticmethod
    def _move(family: list[tuple[State, Alert]], before: State, after: State) -> None:
        family[:] = [(after if state is before else state, alert) for state, alert in family]
