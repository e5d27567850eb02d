"""What people ask of the review queue, checked at the door: JSON of the API and forms of the page alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from math import isfinite
from typing import Any

from feeds.finding import Finding
from feeds.instant import instant
from rules.reports.case import Act, CaseError, State
from rules.reports.kinds import KINDS
from rules.reports.reason import Reason
from services.reports.desk import Deed
from services.web.context import WebContext
from services.web.security import WebError, storable

LONGEST, LONGEST_HANDLER, MOST_AT_ONCE = 400, 60, 100
BY_PEOPLE = frozenset(Act) - {Act.ARRIVE, Act.REVISE, Act.VOUCH, Act.DISOWN, Act.EXPIRE}
_STATUS = {"not_found": 404, "not_allowed": 403, "no_reason": 400, "bad_merge": 400}
_OLDEST, _AHEAD = timedelta(days=31), timedelta(minutes=10)


def deeds_of(body: Mapping[str, Any], who: str, context: WebContext) -> list[Deed]:
    """One deed for each case that is named. Raises WebError with the member and the cure."""
    act = _act(body.get("act"))
    text = _words(body.get("text"), "text", LONGEST)
    facts: dict[str, Any] = {}
    if act is Act.MERGE:
        facts["into"] = number_of(body.get("into"), "into")
    if act is Act.ASSIGN:
        facts["handler"] = _words(body.get("handler"), "handler", LONGEST_HANDLER)
    if act is Act.CORRECT:
        facts |= _correction(body.get("correct"), context)
    reason = _reason(body.get("reason"))
    return [
        Deed(number=number, act=act, who=who, seen=seen, reason=reason, text=text, facts=facts)
        for number, seen in _cases(body.get("cases"))
        if number != facts.get("into")
    ]


def state_of(text: str | None) -> State | None:
    """A state by its name; None where every one is meant. Raises WebError."""
    try:
        return State(text) if text else None
    except ValueError:
        raise WebError(400, "bad_state", f"state は {' / '.join(State)} のどれかです。 / Unknown state.") from None


def flag_of(text: str | None, name: str) -> bool:
    """True or false; false where it is not given. Raises WebError."""
    if text not in {None, "", "true", "false"}:
        raise WebError(400, f"bad_{name}", f"{name} は true か false です。 / {name} is true or false.")
    return text == "true"


def number_of(value: Any, name: str = "id") -> int:
    """The number of a case, as a number or in a form. Raises WebError."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 16:
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 10**15:
        raise WebError(400, f"bad_{name}", f"{name} は通報の番号です。 / {name} must be the number of a report.")
    return value


def refusal(error: CaseError) -> WebError:
    """What the desk refused, as an answer."""
    return WebError(_STATUS.get(error.code, 409), error.code, str(error))


def _act(value: Any) -> Act:
    if not isinstance(value, str) or value not in BY_PEOPLE:
        acts = " / ".join(sorted(BY_PEOPLE))
        raise WebError(400, "bad_act", f"act は {acts} のどれかです。 / Unknown act.")
    return Act(value)


def _reason(value: Any) -> Reason | None:
    try:
        return Reason(value) if value else None
    except ValueError:
        raise WebError(400, "bad_reason", f"reason は {' / '.join(Reason)} のどれかです。 / Unknown reason.") from None


def _words(value: Any, name: str, longest: int) -> str:
    value = value or ""
    if not isinstance(value, str) or len(value) > longest or not storable(value):
        raise WebError(400, f"bad_{name}", f"{name} は{longest}字までです。 / {name} of at most {longest} characters.")
    return " ".join(value.split())


def _cases(value: Any) -> Sequence[tuple[int, int | None]]:
    if not isinstance(value, list) or not 0 < len(value) <= MOST_AT_ONCE:
        text = f"cases は 1 から {MOST_AT_ONCE} 件です。 / cases must be a list of 1 to {MOST_AT_ONCE}."
        raise WebError(400, "bad_cases", text)
    found = []
    for one in value:
        if not isinstance(one, Mapping):
            raise WebError(400, "bad_cases", "cases は {id, seen} の並びです。 / cases are objects of id and seen.")
        seen = one.get("seen")
        found.append((number_of(one.get("id")), None if seen is None else number_of(seen, "seen")))
    return found


def _correction(value: Any, context: WebContext) -> dict[str, Any]:
    """What is put right, by the names of the record: place, lon and lat, time, kind; the sender's words never."""
    told = {name: one for name, one in value.items() if one not in (None, "")} if isinstance(value, Mapping) else {}
    if not told or not told.keys() <= {"place", "lon", "lat", "time", "kind", "finding"}:
        text = (
            "correct に place、lon と lat、time、kind、finding のどれかが要ります。"
            " / correct: place, lon and lat, time, kind, finding."
        )
        raise WebError(400, "bad_correct", text)
    found: dict[str, Any] = {}
    if "place" in told:
        found["place"] = _words(told["place"], "place", LONGEST)
    if "kind" in told:
        if not isinstance(told["kind"], str) or told["kind"] not in KINDS:
            raise WebError(400, "bad_kind", f"kind は {' / '.join(KINDS)} のどれかです。 / Unknown kind.")
        found["kind"] = told["kind"]
    if "finding" in told:
        if told["finding"] not in list(Finding):
            raise WebError(400, "bad_finding", f"finding は {' / '.join(Finding)} のどれかです。 / Unknown finding.")
        found["finding"] = told["finding"]
    if "time" in told:
        found["seen_at"] = _time(told["time"], context)
    if "lon" in told or "lat" in told:
        found |= {"lon": _degrees(told, "lon", 180), "lat": _degrees(told, "lat", 90)}
    return found


def _time(value: Any, context: WebContext) -> str:
    try:
        at = instant(value if isinstance(value, str) else "")
    except ValueError:
        raise WebError(400, "bad_time", "time は時差のついた日時です。 / time must have its offset.") from None
    if not context.now() - _OLDEST <= at <= context.now() + _AHEAD:
        text = f"time は{_OLDEST.days}日前からいままでです。 / time: within {_OLDEST.days} days."
        raise WebError(400, "bad_time", text)
    return at.isoformat()


def _degrees(told: Mapping[str, Any], name: str, most: float) -> float:
    try:
        found = float(told[name])
    except (KeyError, OverflowError, TypeError, ValueError):  # a number of 400 digits is JSON, too
        found = float("nan")
    if not isfinite(found) or abs(found) > most:
        text = "lon と lat を度で、両方書いてください。 / lon and lat in degrees, both."
        raise WebError(400, "bad_position", text)
    return round(found, 6)
