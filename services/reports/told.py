"""What people were told, or are about to be told, of a report: the alerts' series that rest on its hazard."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from geo.models.sighting import anonymous
from rules.alert import Alert
from rules.reports.case import Case
from rules.situation import Standing
from services.store import alerts


async def told_of(connection: AsyncConnection, case: Case, now: datetime) -> dict[str, Standing]:
    """Series that are not over and speak of it, by name: issued, waiting for leave, or refused."""
    return speaking(await alerts.standing(connection, case.status, now), case)


def speaking(standing: Mapping[str, Standing], case: Case) -> dict[str, Standing]:
    """Those of these series that speak of the report, as it was or as it was put right."""
    mine = anonymous(case.key)
    return {series: one for series, one in standing.items() if mine in _sources(one.alert, *one.chain)}


def spoken_of(standing: Mapping[str, Standing]) -> frozenset[str]:
    """Names of all reports that these series speak of, as :func:`geo.models.sighting.anonymous` gives them."""
    return frozenset().union(*(_sources(one.alert, *one.chain) for one in standing.values()))


def of_it_alone(alert: Alert, case: Case) -> bool:
    """True where the revision speaks of nothing else."""
    return _sources(alert) == {anonymous(case.key)}


def _sources(*alerts: Alert) -> set[str]:
    return {key.rpartition("/")[2].partition(":")[0] for alert in alerts for key in alert.hazards}
