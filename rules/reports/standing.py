"""The report as it stands after what people decided: the revision of the record that models, maps and pages read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from feeds.crime_types import Ended
from feeds.finding import Finding
from feeds.judged import Judged
from feeds.records import Report
from rules.reports.case import GONE, PUBLIC, Act, Case, State
from rules.reports.reason import Reason

CORRECTABLE = ("kind", "seen_at", "place", "lon", "lat", "finding")  # never the sender's words: they are kept as issued


def stood(report: Report, case: Case, also: Iterable[str] = ()) -> Report:
    """The report with what the case came to; the store numbers it. ``also``: keys of those that are merged into it.

    One that expired keeps what was judged of it: it is over, not untrue.
    """
    last = judged_state(case)
    gone = last in GONE or case.same_as is not None
    judged = Judged(
        released=last is State.UNCONFIRMED and not gone,
        gone=gone,
        corrected=_corrections_told(case),
        also=tuple(sorted(also)),
    )
    confirmed = last is State.CONFIRMED and not gone
    return replace(report, confirmed=confirmed, judged=judged, ended=_ended(case, report.ended), **_corrected(case))


def _ended(case: Case, before: Ended | None) -> Ended | None:
    """Why nobody is told of it any more; None again once a person reopens it. Else as its issuer has it."""
    last = next((one for one in reversed(case.events) if one.act in _ENDS), None)
    if last is None:
        return before
    if last.act is Act.REOPEN:
        return None
    return before or (Ended.FOUND if last.reason is Reason.FOUND else Ended.WITHDRAWN)


def judged_state(case: Case) -> State | None:
    """The state before it expired, else the state."""
    if case.state is not State.EXPIRED:
        return case.state
    before = [_LEADS[one.act] for one in case.events if one.act in _LEADS]
    return before[-1] if before else State.RECEIVED


_ENDS = frozenset({Act.REJECT, Act.WITHDRAW, Act.REOPEN})
_LEADS: Mapping[Act, State] = {
    Act.TRIAGE: State.TRIAGED,
    Act.VOUCH: State.CONFIRMED,
    Act.DISOWN: State.RECEIVED,
    Act.CONFIRM: State.CONFIRMED,
    Act.SIGN_OFF: State.UNCONFIRMED,
    Act.REJECT: State.REJECTED,
    Act.WITHDRAW: State.WITHDRAWN,
    Act.REOPEN: State.TRIAGED,
}


def _corrected(case: Case) -> dict[str, Any]:
    """The newest word of every field that somebody put right, by the names of the record."""
    found: dict[str, Any] = {}
    for one in case.events:
        if one.act is Act.CORRECT:
            found |= {name: one.facts[name] for name in CORRECTABLE if name in one.facts}
    if "seen_at" in found:
        found["measured_at"] = datetime.fromisoformat(found.pop("seen_at"))
    if "finding" in found:
        found["finding"] = Finding(found["finding"])
    return found


def _corrections_told(case: Case) -> int:
    """Only what people may have been told wrongly is told anew."""
    count, public = 0, False
    for one in case.events:
        public = public or _LEADS.get(one.act) in PUBLIC
        count += public and one.act is Act.CORRECT
    return count
