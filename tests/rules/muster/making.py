"""Triggers and rules, short to write down."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from feeds.status import Status
from geo.seismic import CLASSES
from rules.muster.deciding import Begin, Cause, Known, Raise, Running, Step, Withdrawn
from rules.muster.rules import load_muster_rules
from rules.muster.trigger import Kind, Trigger
from rules.muster.want import merged

NOW = datetime(2026, 1, 15, 18, 10, tzinfo=UTC)  # 3:10 in the night
MORIOKA = load_muster_rules(Path(__file__).parents[3] / "config/morioka/muster.toml")


def quake(intensity: str, event: str = "20260116031000", **changes: Any) -> Trigger:
    whole = Trigger(
        kind=Kind.QUAKE,
        key=f"quake/{event}",
        status=Status.ACTUAL,
        strength=CLASSES.index(intensity),
        words=f"震度{intensity}",
        at=NOW,
        until=NOW + timedelta(hours=24),
    )
    return replace(whole, **changes)


def warning(level: int, **changes: Any) -> Trigger:
    whole = {"kind": Kind.WARNING, "key": "warning/heavy_rain/heavy_rain", "strength": level, "words": "大雨"}
    return quake("4", **{**whole, **changes})


def issued(level: int, **changes: Any) -> Trigger:
    return quake("4", kind=Kind.ISSUED, key="issued/one", strength=level, words="避難指示", **changes)


def after(known: Known, steps: list[Step], now: datetime) -> Known:
    """What is remembered once these steps are done: as the store does it, in a few lines."""
    running, past = {one.number: one for one in known.running}, dict(known.past)
    number = max([0, *running])
    for step in steps:
        if isinstance(step, Begin):
            if step.replaces is not None:
                gone = running.pop(step.replaces)
                past |= {(gone.status, c.key): max(c.strength, past.get((gone.status, c.key), 0)) for c in gone.causes}
            number += 1
            running[number] = Running(
                number=number,
                family=step.family,
                status=step.status,
                open=step.automatic,
                asks=step.asks,
                began=now,
                causes=tuple(Cause(c.key, c.kind, c.strength, c.until) for c in step.causes),
            )
        elif isinstance(step, Raise):
            before = running[step.number]
            fresh = {c.key: Cause(c.key, c.kind, c.strength, c.until) for c in step.causes}
            causes = {c.key: c for c in before.causes} | fresh
            asks = merged(before.asks, step.asks)
            running[step.number] = replace(before, asks=asks, causes=tuple(causes.values()))
        elif isinstance(step, Withdrawn):
            before = running[step.number]
            left = tuple(c for c in before.causes if c.key not in step.keys)
            running[step.number] = replace(before, causes=left)
            if step.whole:
                del running[step.number]
    return Known(running=list(running.values()), past=past)
