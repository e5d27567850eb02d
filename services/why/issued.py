"""What was issued: whether people have it, by which channels, and what became of the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from feeds.japan import dated, dated_en
from rules.proposal import levels
from services.store.delivery_state import TAKEN, DeliveryState
from services.why.evidence import Evidence, Sending, Written
from services.why.finding import Code, Finding


@dataclass(frozen=True, slots=True)
class _Channels:
    """The channels of a revision as they stood then."""

    out: tuple[str, ...]
    open: tuple[str, ...]
    failed: tuple[Sending, ...]

    @property
    def ja(self) -> str:
        told = [f"届いた経路：{'・'.join(self.out)}"] if self.out else []
        told += [f"まだ届いていない経路：{'・'.join(self.open)}"] if self.open else []
        told += [f"{one.channel}：{_why(one)}" for one in self.failed]
        return "。".join(told) or "送る経路がありません"

    @property
    def en(self) -> str:
        told = [f"out on {', '.join(self.out)}"] if self.out else []
        told += [f"not yet on {', '.join(self.open)}"] if self.open else []
        told += [f"failed on {', '.join(one.channel for one in self.failed)}"] if self.failed else []
        return "; ".join(told) or "no channel"


def of_issued(one: Written, evidence: Evidence, title: str) -> Finding:
    """The revision left the house by then. People have it where a channel had taken it."""
    assert one.issued_at and evidence.hazard
    channels = _then(one.sendings, evidence)
    level = levels(one.alert).get(evidence.key, 0)
    lower = level < evidence.hazard.level
    as_level = f"、レベル{level}として" if lower else ""
    waits = bool(channels.open and not channels.out)
    return Finding(
        code=_code(channels, lower),
        ja=f"{dated(one.issued_at)}に発表しました（{title}{as_level}）：{headline(one)}。{channels.ja}",
        en=f"Issued at {dated_en(one.issued_at)}{f' as level {level}' if lower else ''}; {channels.en}.",
        rule=one.alert.rule,
        series=one.alert.series,
        waits=f"{'・'.join(channels.open)}への送信" if waits else "",
        waits_en=f"{', '.join(channels.open)} to take it" if waits else "",
        since=one.issued_at,
        until=one.alert.expires,
    )


def headline(one: Written) -> str:
    """Which revision, by its own words."""
    return f"「{one.alert.texts['ja'].headline}」"


def _then(sendings: Sequence[Sending], evidence: Evidence) -> _Channels:
    done = [one for one in sendings if one.finished_at is not None and one.finished_at <= evidence.at]
    return _Channels(
        tuple(one.channel for one in done if one.state in TAKEN),
        tuple(one.channel for one in sendings if one not in done),
        tuple(one for one in done if one.state not in TAKEN),
    )


def _code(channels: _Channels, lower: bool) -> Code:
    if channels.out:
        return Code.TOLD_LOWER if lower else Code.TOLD
    return Code.SENDING if channels.open else Code.UNDELIVERED


def _why(one: Sending) -> str:
    return DeliveryState(one.state).ja + (f"（{one.reason}）" if one.reason else "")
