"""The ledger in memory and the store tell the rules the same, whatever becomes of the revisions."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest

from feeds.status import Status
from rules.alert import Alert, Approval, State
from rules.engine import Decision, Withdrawal
from rules.ledger import Ledger
from rules.proposal import Reason
from services.store import alerts
from services.store.engine import Store
from tests.services.making import NOW, alert

STEMS = ("Exercise-a", "Exercise-b")


@pytest.mark.parametrize("seed", range(3))
async def test_ledger_and_store_agree_after_every_deed(store: Store, seed: int) -> None:
    chance, ledger, now = random.Random(seed), Ledger(Status.EXERCISE), NOW
    newest: dict[str, Alert] = {}
    acts = {"draft": 0, "issue": 0, "reject": 0, "withdraw": 0, "end": 0, "lift": 0}
    for _ in range(90):
        now += timedelta(minutes=chance.choice((1, 30, 90)))
        stem = chance.choice(STEMS)
        await _act(store, ledger, newest, _deed(chance, newest.get(stem), stem, now), acts)
        async with store.write() as connection:
            await alerts.run_out(connection, Status.EXERCISE, now)
        async with store.read() as connection:
            assert ledger.standing(now) == await alerts.standing(connection, Status.EXERCISE, now)
        newest = {stem: one for stem, one in newest.items() if one.series in ledger.families}
    assert min(acts.values()) > 0, f"the walk shows nothing of what it leaves out: {acts}"


def _deed(chance: random.Random, known: Alert | None, stem: str, now: datetime) -> tuple[str, Alert]:
    series = known.series if known else f"{stem}-{now:%d%H%M}"
    revision = known.revision + 1 if known else 1
    fresh = alert(
        series=series,
        revision=revision,
        sent=now,
        expires=now + timedelta(hours=2),
        ends=known is not None and chance.random() < 0.2,
        approval=chance.choice([Approval.AUTO, Approval.ONE, Approval.TWO]),
    )
    if known is None:
        return "draft", fresh
    act = chance.choice(["draft", "draft", "issue", "issue", "issue", "reject", "reject", "withdraw", "end", "lift"])
    return act, fresh if act == "draft" else known


async def _act(
    store: Store, ledger: Ledger, newest: dict[str, Alert], deed: tuple[str, Alert], acts: dict[str, int]
) -> None:
    act, one = deed
    waits = ledger.waiting(one.series, one.revision) is not None
    if act in {"issue", "reject"} and not waits:  # people decide on what waits, and on nothing else
        return
    acts[act] += 1
    async with store.write() as connection:
        if act == "draft":
            newest[one.series.rpartition("-")[0]] = one
            ledger.take(Decision(alerts=(one,)))
            await alerts.add_draft(connection, one, {}, one.sent)
            if one.approval is Approval.AUTO:
                await alerts.mark_issued(connection, one, one.sent)
        elif act == "issue":
            ledger.issue(one)
            await alerts.mark_issued(connection, one, one.sent)
        elif act == "reject":
            ledger.reject(one)
            await alerts.mark_rejected(connection, one, one.sent)
        else:
            state = {"end": State.ENDED, "lift": State.LIFTED, "withdraw": State.WITHDRAWN}[act]
            gone = Withdrawal(series=one.series, revision=one.revision, state=state, reason=Reason.GONE)
            ledger.take(Decision(withdrawn=(gone,)))
            await alerts.give_way(connection, one.series, state, one.sent)
