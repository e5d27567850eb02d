"""The line from broker to pages: which services it has, and what the reports of its processes make of it.

A process reports only what is its business, so a report without ``broker`` says nothing about the broker.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.health import Health

SERVICES = ("poll", "ingest", "predict", "evaluate", "deliver", "web")  # in the order in which they start


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one process says of itself."""

    services: tuple[str, ...]
    health: Health
    where: str = ""  # host and process number, for people


def whole(own: Report, others: Sequence[Report], needed: Iterable[str]) -> Health:
    """The health of the line: one who can is enough, what nobody does is a fault, and every fault is named.

    ``needed`` are the services that must run somewhere. Faults of others carry the name of their process.
    """
    reports = [own, *others]
    reasons = list(own.health.get("reasons", []))
    for other in others:
        who = f"{'・'.join(other.services)}（{other.where}）"
        reasons += [f"{who}: {reason}" for reason in other.health.get("reasons", [])]
    running = {service for report in reports for service in report.services}
    absent = [service for service in SERVICES if service in set(needed) - running]
    reasons += [f"{service} がどこでも動いていません（no process runs {service}）" for service in absent]
    ways_in = [report.health for report in reports if "ingest" in report.health]
    return Health(
        broker=any(health.get("broker", False) for health in ways_in),
        ingest=any(health.get("ingest", False) for health in ways_in),
        ingest_last_at=_newest(ways_in),
        stale=all(health.get("stale", True) for health in ways_in),
        reasons=reasons,
    )


def _newest(healths: Iterable[Health]) -> datetime | None:
    return max((at for health in healths if (at := health.get("ingest_last_at"))), default=None)
