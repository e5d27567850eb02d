"""The life of an alert under everything that engine, people and time can do to it, in any order.

The machine keeps the books of what left the house by itself, and holds every revision that leaves against them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule

from feeds.status import Status
from geo.hazard import Hazard
from rules.alert import OUT, Act, Alert, Approval, State, Text
from rules.amendment import amend
from rules.engine import Decision, decide
from rules.evacuation import evacuates
from rules.ledger import Ledger
from rules.notice import Notice, compose
from rules.redraft import AmendmentError, Pen, Said, Series, edited, owed
from rules.rule import CATALOG, Rule, load_rules
from rules.situation import Situation, Standing
from tests.examples import examples
from tests.rules.making import NOW, SENDER, hazard, place

AREAS = ("a1", "a2", "a3")
WORDS = Text(language="ja", event="お知らせ", headline="見出し", description="本文", instruction="", short="短文")
EVACUATE = replace(WORDS, event="避難指示")


def catalogue() -> list[Rule]:
    """A rule that people approve, one that goes out by itself and says itself again, one that runs out, and evacuation.

    They are the catalogue's own, with another word or two.
    """
    known = {one.id: one for one in load_rules([CATALOG])}
    river = replace(known["river-level"], group_by="kind", channels=("x", "line"), settle=timedelta(minutes=5))
    told = replace(river, id="told", approval=((0, "auto"),), repeat=timedelta(hours=2), channels=("x", "cap_feed"))
    runs_out = replace(told, id="runs-out", all_clear={}, repeat=None, expires=timedelta(hours=1))
    return [river, told, runs_out, known["evacuation-proposal"]]


RULES = catalogue()


class LifeCycle(RuleBasedStateMachine):
    """One city, three districts, a few officers."""

    read: Any = Bundle("drafts that somebody has read")

    @initialize()
    def begin(self) -> None:
        self.now, self.rules = NOW, list(RULES)
        self.ledger = Ledger(Status.ACTUAL)
        self.hazards: dict[str, Hazard] = {}
        self.written: dict[str, Alert] = {}  # identifier → revision
        self.out: dict[str, list[Alert]] = {}  # series → what left the house
        self.reached: dict[str, dict[str, bool]] = {}  # series → channel → certainly
        self.over: set[str] = set()
        self.ended_by_people: dict[str, tuple[int, datetime, str]] = {}  # hazard → level, when, rule
        self.the_river_moves("a1", 3, alarm=False)

    # -- the world

    @rule(minutes=st.sampled_from([1, 1, 6, 6, 30, 70, 200, 800]))
    def time_goes_on(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        self._step()

    @rule(area=st.sampled_from(AREAS), level=st.integers(0, 5), alarm=st.just(False) | st.booleans())
    def the_river_moves(self, area: str, level: int, alarm: bool) -> None:
        self.now += timedelta(minutes=1)
        if level == 0:
            self.hazards.pop(area, None)
        elif area not in self.hazards or self.hazards[area].level != level:
            until = self.now + timedelta(hours=2 if alarm else 48)
            self.hazards[area] = hazard(area, level, since=self.now, valid_until=until)
        self._step()

    @rule(chance=st.integers(0, 9))
    def the_rules_change(self, chance: int) -> None:
        """Now and then: a channel leaves them, one is taken away with what it remembers, all come back."""
        self.now += timedelta(minutes=1)
        before = {one.id for one in self.rules}
        if chance == 0:
            self.rules = [replace(one, channels=one.channels[:1]) for one in self.rules]
        elif chance == 1:
            gone = {one.id for one in self.rules[:1]}
            gone, self.rules = {one.id for one in self.rules[:1]}, self.rules[1:]
            # With a rule goes what people said of its alerts; one that comes back begins anew.
            self.ended_by_people = {key: one for key, one in self.ended_by_people.items() if one[2] not in gone}
            self.ended_by_people = {key: it for key, it in self.ended_by_people.items() if it[2] not in gone}
        elif chance == 2:
            self.rules = list(RULES)
        stayed = before & {one.id for one in self.rules}  # what people said of a rule's alert goes with the rule
        self.ended_by_people = {key: one for key, one in self.ended_by_people.items() if one[2] in stayed}
        self._step()

    # -- people

    @rule(target=read)
    def an_officer_reads(self) -> Any:
        return multiple(*self.ledger.drafts())

    @rule(pick=st.integers(0, 9), agree=st.just(True) | st.booleans())
    def an_officer_decides(self, pick: int, agree: bool) -> None:
        if drafts := self.ledger.drafts():
            self._decided(drafts[pick % len(drafts)], agree)

    @rule(draft=read, agree=st.booleans())
    def an_officer_decides_late(self, draft: Alert, agree: bool) -> None:
        """On what was read, which may have changed or gone since: the desk asks for the same digest."""
        self._decided(draft, agree)

    def _decided(self, draft: Alert, agree: bool) -> None:
        waiting = self.ledger.waiting(draft.series, draft.revision)
        if waiting is None or waiting.expires <= self.now:
            return
        assert waiting == draft, "the words behind an approval changed"
        if agree and set(owed(draft, tuple(self.reached.get(draft.series, ())))) <= set(draft.channels):
            self._issue(draft)
        else:
            self.ledger.reject(draft)
        self._step()

    @rule(
        act=st.sampled_from([Act.UPDATE, Act.CORRECTION, Act.ALL_CLEAR, Act.CANCEL]),
        pick=st.integers(0, 9),
        areas=st.sets(st.sampled_from(AREAS), max_size=2),
        fewer=st.just(False) | st.booleans(),
        at_once=st.booleans(),
    )
    def an_officer_amends(self, act: Act, pick: int, areas: set[str], fewer: bool, at_once: bool) -> None:
        standing = {name: one for name, one in self.ledger.standing(self.now).items() if one.in_force(self.now)}
        if not standing:
            return
        name = sorted(standing)[pick % len(standing)]
        known = {place.code for place in standing[name].in_force(self.now)[-1].places}
        areas &= known
        said = Said(areas=tuple(sorted(areas)) or None, channels=("x",) if fewer else None)
        if act is Act.CORRECTION:
            said = replace(said, wrong={"ja": "２町"}, right={"ja": "３町"})
        try:
            alert = amend(act, self._series(standing[name], name), said, self._pen())
        except AmendmentError:
            return
        if act is Act.CORRECTION:
            base = standing[name].in_force(self.now)[-1]
            assert {p.code for p in alert.places} == {p.code for p in base.places}, "a detail lifted a district"
            assert {p.code for p in alert.addressed} <= (areas or {p.code for p in base.places})
            assert alert.correction["ja"].startswith("【訂正】")
        self._draft(alert)
        if at_once and self.ledger.waiting(alert.series, alert.revision):
            self._decided(alert, agree=True)

    @rule(pick=st.integers(0, 9), areas=st.sets(st.sampled_from(AREAS)), evacuate=st.booleans())
    def an_officer_edits(self, pick: int, areas: set[str], evacuate: bool) -> None:
        drafts = self.ledger.drafts()
        if not drafts:
            return
        waiting = drafts[pick % len(drafts)]
        kept = tuple(sorted(areas & {place.code for place in waiting.places})) or None
        words = {"ja": EVACUATE if evacuate else WORDS}
        series = self._series(self.ledger.standing(self.now)[waiting.series])
        try:
            alert = edited(waiting, Said(texts=words, areas=kept), series, self._pen())
        except AmendmentError:  # an end is told to all, and only of what is in force
            assert waiting.ends
            return
        self._draft(alert)

    @rule(area=st.sampled_from(AREAS), evacuate=st.booleans())
    def an_officer_writes_a_notice(self, area: str, evacuate: bool) -> None:
        self.now += timedelta(minutes=1)
        notice = Notice(
            status=Status.ACTUAL,
            kind="snow_removal",
            level=4 if evacuate else 1,
            category="Transport",
            texts={"ja": EVACUATE if evacuate else WORDS},
            areas=(area,),
            expires=self.now + timedelta(hours=3),
            channels=("x", "line"),
        )
        self._draft(compose(notice, self._pen()))

    @rule(series=st.integers(0, 9), certain=st.booleans())
    def a_channel_answers(self, series: int, certain: bool) -> None:
        """Or does not: unknown counts as reached."""
        if self.out:
            name = sorted(self.out)[series % len(self.out)]
            self.reached.setdefault(name, {}).update(dict.fromkeys(self.out[name][-1].channels, certain))

    # -- the machine

    def _step(self) -> None:
        before = dict(self.ended_by_people)
        decision = self._decide()
        again = self._decide()
        assert again.alerts == () and again.withdrawn == (), "deciding twice is not as good as once"
        for alert in decision.alerts:
            for key, level in zip(alert.hazards, alert.levels, strict=True):
                if key in before and not alert.ends and before[key][2] == alert.rule:
                    was, since, _ = before[key]
                    there = next(one for one in self.hazards.values() if one.key == key)
                    assert level > was or there.since > since, "the rules undid what a person ended"

    def _decide(self) -> Decision:
        hazards = tuple(self.hazards.values())
        standing = self.ledger.standing(self.now)
        picture = Situation(now=self.now, status=Status.ACTUAL, hazards=hazards, standing=standing)
        decision = decide(picture, self.rules, SENDER, place)
        for alert in decision.alerts:
            self._write_down(alert)
        for alert in self.ledger.take(decision):
            self._left(alert)
        return decision

    def _draft(self, alert: Alert) -> None:
        assert alert.approval is not Approval.AUTO, "a person's words went out by themselves"
        self._write_down(alert)
        self.ledger.draft(alert)
        self._step()

    def _write_down(self, alert: Alert) -> None:
        assert alert.identifier not in self.written, "an identifier was used twice"
        self.written[alert.identifier] = alert
        assert alert.approval is not Approval.AUTO or not evacuates(alert)

    def _issue(self, alert: Alert) -> None:
        self.ledger.issue(alert)
        self._left(alert)
        ruled = any(one.id == alert.rule for one in self.rules)
        if ruled and alert.ends and alert.act in {Act.ALL_CLEAR, Act.CANCEL}:
            for key, seen in alert.seen.items():
                self.ended_by_people[key] = (seen.level, alert.sent, alert.rule)

    def _left(self, alert: Alert) -> None:
        """Hold what leaves the house against all that left before."""
        earlier = self.out.setdefault(alert.series, [])
        assert alert.series not in self.over, "something was said after the end"
        quoted = {one.identifier for one in alert.references}
        owed = {one.identifier for one in earlier if one.expires > alert.sent}
        assert quoted == owed, "the chain of references has a gap"
        if alert.references:
            assert set(self.reached.get(alert.series, {})) <= set(alert.channels), "a channel was left behind"
        assert (alert.msg_type == "Alert") is not bool(alert.references)
        assert alert.issue == len(earlier) + 1
        earlier.append(alert)
        if alert.ends:
            assert earlier[:-1], "an end without a beginning"
            named = {p.code for one in earlier[:-1] if one.expires > alert.sent for p in one.places}
            assert {p.code for p in alert.places} == named, "a district was not told of the end"
            self.over.add(alert.series)

    def _series(self, standing: Standing, name: str = "") -> Series:
        known: Mapping[str, Rule] = {one.id: one for one in self.rules}
        return Series(
            standing=standing,
            reached=tuple(self.reached.get(name or standing.alert.series, ())),
            rule=known.get(standing.alert.rule),
            hazards=tuple(self.hazards.values()),
        )

    def _pen(self) -> Pen:
        return Pen(author="sato", now=self.now, sender=SENDER, places=place)

    @invariant()
    def nothing_lingers(self) -> None:
        for family in getattr(self, "ledger", Ledger(Status.ACTUAL)).families.values():
            states = [one.state for one in family]
            assert states.count(State.DRAFT) <= 1, "two drafts of one series"
            assert states.count(State.ISSUED) <= 1, "two revisions in force"
            for one in family:
                ran_out = one.state is State.ISSUED and one.alert is not None and one.alert.expires <= self.now
                assert not ran_out, "what ran out is still shown as in force"
                left = one.alert is not None and one.alert in self.out.get(one.alert.series, ())
                assert (one.state in OUT) is left, f"{one.state} does not tell whether people heard it"


LifeCycle.TestCase.settings = settings(max_examples=examples(40), stateful_step_count=30, deadline=None)
TestLifeCycle = LifeCycle.TestCase
