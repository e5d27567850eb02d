"""What is asked of the desk of musters, checked at the door: JSON of the API and forms of the page alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from feeds.status import Status
from rules.muster.answer import AnswerError
from rules.muster.rules import MusterRules
from rules.muster.trigger import BY_HAND, FAMILY
from rules.muster.want import Asks, Want
from services.configuration.muster import Mustering
from services.muster.desk import LONGEST_REASON, LONGEST_TITLE, Deed, MusterError, Plan
from services.muster.seal import Seal
from services.web.auth import PERSON
from services.web.context import CONTEXT, WebContext
from services.web.language.speaking import N_
from services.web.security import WORDS, WebError, storable

FAMILIES = {"earthquake": N_("地震"), "weather": N_("大雨・大雪など"), BY_HAND: N_("そのほか")}
assert FAMILIES.keys() >= set(FAMILY.values())
STATUSES = (Status.ACTUAL, Status.EXERCISE)
ACTS = ("approve", "decline", "widen", "close")
ANSWER = ("safety", "family", "home", "coming", "minutes", "place", "note")
_CODES = {"not_found": 404}
_BIGGEST = 2**31


def rules_of(context: WebContext) -> MusterRules:
    return context.city.muster if context.city else MusterRules()


def seal_of(context: WebContext) -> Seal:
    """Raises WebError where this hub asks nobody."""
    return told_of(context).seal()


def told_of(context: WebContext) -> Mustering:
    if context.muster is None:
        told = "この機能は設定されていません（docs/muster.md）。 / [muster] is not set up here."
        raise WebError(409, "not_set_up", told)
    return context.muster


def number_of(text: str) -> int:
    """Of a muster, in an address. Raises WebError 404."""
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise WebError(404, *WORDS[404])
    return int(text)


def plan_of(request: web.Request, body: Mapping[str, Any]) -> Plan:
    """One to begin by hand. A hub that runs an exercise makes drills. Raises WebError."""
    context = request.app[CONTEXT]
    status = body.get("status", context.own.value)
    allowed = [one.value for one in STATUSES if not context.exercise or one is Status.EXERCISE]
    if status not in allowed:
        raise WebError(400, "bad_status", f"status must be one of {', '.join(allowed)}")
    family = body.get("family")
    if family not in FAMILIES:
        raise WebError(400, "bad_family", f"family must be one of {', '.join(FAMILIES)}")
    return Plan(
        family=str(family),
        status=Status(status),
        title=_text(body, "title", LONGEST_TITLE),
        asks=asks_of(body.get("asks"), rules_of(context)),
        who=request[PERSON].name,
        reason=_text(body, "reason", LONGEST_REASON),
    )


def deed_of(request: web.Request, body: Mapping[str, Any], *, reason: bool) -> Deed:
    """What is done with one that stands. Raises WebError."""
    seen = body.get("seen")
    if isinstance(seen, str) and seen.isascii() and seen.isdigit() and len(seen) < 11:
        seen = int(seen)
    if type(seen) is not int or not 0 < seen < _BIGGEST:
        raise WebError(400, "bad_seen", "seen must be the version that came with the muster")
    return Deed(
        number=number_of(request.match_info["id"]),
        version=seen,
        who=request[PERSON].name,
        reason=_text(body, "reason", LONGEST_REASON) if reason else "",
    )


def asks_of(told: Any, rules: MusterRules) -> Asks:
    """``{"1": "come"}``; an empty word asks a category for nothing. Raises WebError."""
    codes = [one.code for one in rules.categories]
    allowed = f"asks must name 参集区分 ({', '.join(codes)}) and what is asked of each: {', '.join(Want)}"
    if not isinstance(told, Mapping):
        raise WebError(400, "bad_asks", allowed)
    named = {code: want for code, want in told.items() if want != ""}
    if not named or not all(
        code in codes and isinstance(want, str) and want in set(Want) for code, want in named.items()
    ):
        raise WebError(400, "bad_asks", f"だれに何を聞くかを選んでください。 / {allowed}")
    return {code: Want(want) for code, want in sorted(named.items())}


def answer_fields(body: Mapping[str, Any]) -> dict[str, str]:
    """The members of an answer as words; what is no word is an answer that is none."""
    found = {}
    for name in ANSWER:
        value = body.get(name, "")
        if value is None:
            value = ""
        if type(value) is int and 0 <= value < _BIGGEST:
            value = str(value)
        if not isinstance(value, str) or not storable(value):
            raise WebError(400, f"bad_{name}", f"{name} must be a text")
        found[name] = value
    return found


def person_of(body: Mapping[str, Any]) -> str:
    told = body.get("person")
    if not isinstance(told, str) or not 0 < len(told.strip()) <= 20 or not storable(told):
        raise WebError(400, "bad_person", "職員番号を書いてください。 / person must be the code of one who was asked.")
    return told.strip()


def refusal(error: MusterError | AnswerError) -> WebError:
    """What the desk refused, as an answer."""
    if isinstance(error, AnswerError):
        return WebError(400, f"bad_{error.field}", str(error))
    return WebError(_CODES.get(error.code, 409), error.code, str(error))


def _text(body: Mapping[str, Any], name: str, most: int) -> str:
    told = body.get(name, "")
    words = " ".join(told.split()) if isinstance(told, str) and storable(told) else ""
    if not 0 < len(words) <= most or not words.isprintable():
        what = "何があったか" if name == "title" else "理由"
        raise WebError(400, f"bad_{name}", f"{what}を{most}字までで書いてください。 / {name}: 1 to {most} characters.")
    return words
