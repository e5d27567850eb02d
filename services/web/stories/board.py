"""Where one revision is by now: every channel that it names with one word and one shape, before the story is told.

The six that people must tell apart: not set up (未設定), does not concern it (対象外), on its way, confirmed, unknown,
failed. The words are those of the board on the map; the shape is drawn from ``look``, so colour is never all there is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from rules.alert import State
from services.store.alerts import Refusal
from services.story.steps import Kind, Step, Story
from services.web.language.speaking import _, own

_FOLDED = frozenset({Kind.READING, Kind.HAZARD})
_SHOWN = 3  # of a run of readings or hazards, before the rest is folded away
_LOOKS = {"accepted": "confirmed", "duplicate": "confirmed", "unknown": "unknown", "rejected": "failed"}
_LOOKS |= {"expired": "failed", "waiting": "sent", "sending": "sent"}
_ORDER = ("failed", "unknown", "unset", "sent", "ready", "confirmed", "none")  # what somebody must look at comes first


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """One channel. ``look`` names the shape: confirmed, sent, unknown, failed, unset, none, ready (a draft)."""

    channel: str
    look: str
    mark: str
    word: str
    why: str  # the hub's own words, in Japanese
    at: datetime | None
    state: str = ""
    cause: str = ""  # why, as a word; ``words`` are then the other side's
    words: str = ""


def fates(story: Story, words: Mapping[str, Any]) -> Sequence[Fate]:
    """Every channel of the revision, trouble first. ``words`` as in words.json."""
    receipts = {step.channel: step for step in story.steps if step.kind is Kind.RECEIPT}
    found = [_fate(name, one, receipts.get(name), story.state, words) for name, one in story.payloads.items()]
    return sorted(found, key=lambda fate: _ORDER.index(fate.look))


def _fate(name: str, one: object, receipt: Step | None, state: State, words: Mapping[str, Any]) -> Fate:
    if isinstance(one, Refusal):
        return _refused(name, one, words)
    if receipt is None:
        waits = state is State.DRAFT
        told = {"word": _("承認のあとに送る") if waits else _("送っていない"), "mark": "…" if waits else "—"}
        return Fate(channel=name, look="ready" if waits else "none", why="", at=None, **told)
    known: Mapping[str, str] = words["deliveries"].get(receipt.state, {})
    look = _LOOKS.get(receipt.state, "none")
    return Fate(
        channel=name,
        look=look,
        mark=known.get("mark", ""),
        word=own(known) if known else receipt.state,
        why="" if look == "confirmed" else receipt.detail,
        at=receipt.at,
        state=receipt.state,
        cause=receipt.cause,
        words=receipt.words,
    )


def _refused(name: str, one: Refusal, words: Mapping[str, Any]) -> Fate:
    code = "budget" if one.code.startswith("budget_") else one.code
    known: Mapping[str, str] = words["deliveries"]["refused"] | words.get("refusals", {}).get(code, {})
    look = {"not_set_up": "unset", "form": "failed"}.get(code, "none")
    return Fate(channel=name, look=look, mark=known["mark"], word=own(known), why=one.reason, at=None)


def folded(steps: Iterable[Step]) -> Iterator[tuple[Sequence[Step], Sequence[Step]]]:
    """The steps in runs: what is shown at once, and what stands behind 「ほか」. One hazard has many districts."""
    for kind, run in groupby(steps, key=lambda step: step.kind):
        some = list(run)
        yield (some[:_SHOWN], some[_SHOWN:]) if kind in _FOLDED else (some, [])
