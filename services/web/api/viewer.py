"""What an asker may see. Everything that decides on "public" stands here, and only here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from feeds.status import Status
from geo.hazard import Hazard
from rules.alert import State
from services.web.auth import person_of
from services.web.context import CONTEXT, WebContext

REPORT_KINDS = frozenset({"bear", "suspicious_person", "wildlife", "crime"})
_REPORT_REF = "/report/"  # in the key of every report


@dataclass(frozen=True, slots=True)
class Viewer:
    """An asker: which statuses, and whether more than the public part."""

    statuses: frozenset[str]
    staff: bool
    forecasts: bool = True  # sees what our own models foresee

    @classmethod
    def everyone(cls, context: WebContext) -> Viewer:
        """The anonymous public."""
        return cls.public(context.public_exercise, context.public_forecasts)

    @classmethod
    def public(cls, exercise: bool, forecasts: bool) -> Viewer:
        """The same, by the two settings of the profile."""
        drill = {Status.EXERCISE.value} if exercise else set()
        return cls(frozenset({Status.ACTUAL.value} | drill), staff=False, forecasts=forecasts)

    @classmethod
    def desk(cls) -> Viewer:
        """Anyone who is logged in."""
        return cls(frozenset(status.value for status in Status), staff=True)

    def sees_hazard(self, hazard: Hazard, now: datetime) -> bool:
        """Staff see whatever holds; the public no forecast of ours, nothing for staff, only confirmed reports."""
        if hazard.level < 1 or hazard.valid_until <= now or hazard.status.value not in self.statuses:
            return False
        if not (hazard.observed or self.forecasts):
            return False
        if self.staff:
            return True
        return not hazard.for_staff and (not rests_on_reports(hazard) or hazard.facts.get("confirmed") is True)

    def alert_states(self) -> frozenset[str]:
        """A draft is nobody's business but the desk's."""
        return frozenset(state.value for state in State) if self.staff else frozenset({State.ISSUED.value})


def rests_on_reports(hazard: Hazard) -> bool:
    """True where people's reports stand behind the hazard."""
    return (
        hazard.kind in REPORT_KINDS
        or "confirmed" in hazard.facts
        or any(is_report(evidence.ref) for evidence in hazard.evidence)
    )


def is_report(ref: str) -> bool:
    """True for the key of a report: private, whatever became of it."""
    return _REPORT_REF in ref


def viewer_of(request: web.Request) -> Viewer:
    """The asker of a request."""
    return Viewer.desk() if person_of(request) else Viewer.everyone(request.app[CONTEXT])
