"""Asking: the store and the rules of today, one hazard, one time; the answer as programs read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from rules.floor import Floor
from rules.rule import Rule
from services.why.answer import findings
from services.why.evidence import Evidence, gather
from services.why.finding import Finding


@dataclass(frozen=True, slots=True)
class Law:
    """By what is judged: the rules and the floor of today."""

    rules: Sequence[Rule]
    floor: Floor


async def ask(connection: AsyncConnection, key: str, at: datetime, law: Law) -> dict[str, Any]:
    """The answer and what else was found. Raises UnknownHazardError."""
    evidence = await gather(connection, key, at)
    found = findings(evidence, law.rules, law.floor)
    return {
        **_about(evidence),
        "told": found[0].told,
        **_told(found[0]),
        "findings": [{"told": one.told, **_told(one)} for one in found],
    }


def _about(evidence: Evidence) -> dict[str, Any]:
    hazard = evidence.hazard
    return {
        "hazard": evidence.key,
        "at": _utc(evidence.at),
        "status": evidence.status.value,
        "headline": hazard.headline if hazard else "",
        "area_name": hazard.area_name if hazard else "",
        "level": 0 if hazard is None or evidence.ended_at else hazard.level,
    }


def _told(one: Finding) -> dict[str, Any]:
    return {
        "code": one.code.value,
        "ja": one.ja,
        "en": one.en,
        "rule": one.rule,
        "series": one.series,
        "reason": one.reason,
        "waits": one.waits,
        "waits_en": one.waits_en,
        "since": _utc(one.since) if one.since else None,
        "until": _utc(one.until) if one.until else None,
    }


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
