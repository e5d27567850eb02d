"""Carrying an alert on, putting it right, ending it, editing a draft, writing a notice. All of it makes drafts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from feeds.status import Status
from rules.alert import Act
from rules.notice import Notice
from rules.redraft import Said
from rules.rule import CATEGORIES
from rules.wording.languages import LANGUAGES
from services.accounts.scopes import TokenScope
from services.city import City
from services.desks.review import ReviewError
from services.desks.writing import MOST_DRAWN, Ask, Words, in_words, write
from services.store.alerts import Revision
from services.store.codec import to_json
from services.store.users import Role
from services.web.api.answer import JSON, json_object, text_member
from services.web.api.endpoint import Endpoint, Parameter
from services.web.api.moment import moment
from services.web.api.review import DIGEST
from services.web.api.times import iso
from services.web.auth import PERSON
from services.web.context import CONTEXT, WebContext
from services.web.security import WebError, storable

_STATUS = {"not_found": 404, "changed": 409, "nothing_in_force": 409, "draft_waiting": 409, "expired": 409}
_PARTS = ("event", "headline", "description", "instruction", "short")
_LONGEST, _MOST = 4000, 200  # characters of a text; members of a list
_LANGUAGES = frozenset(LANGUAGES)


def city_of(request: web.Request) -> City:
    """What drafts are written with; a WebError 503 where this hub has none."""
    city = request.app[CONTEXT].city
    if city is None:
        raise WebError(503, "no_city", "この窓口では発表を書けません。 / No alerts are written here.")
    return city


def fault_of(error: ReviewError) -> WebError:
    """A refusal of the desk as an answer: 409 where somebody else was first, 400 where the draft cannot be so."""
    return WebError(_STATUS.get(error.code, 400), error.code, str(error))


def worlds(context: WebContext) -> tuple[Status, ...]:
    """Of what status people may write here, the usual one first: a hub that runs an exercise tells nothing real."""
    return (Status.EXERCISE, Status.TEST) if context.exercise else tuple(Status)


def status_of(request: web.Request, body: Mapping[str, Any]) -> Status:
    """The status that the body names, or the usual one; a WebError 400 for one that is not written here."""
    allowed = worlds(request.app[CONTEXT])
    named = body.get("status", allowed[0])
    if named not in allowed:
        raise WebError(400, "bad_status", f"status を確かめてください / status must be among {', '.join(allowed)}")
    return Status(named)


def _amending(act: Act) -> Handler:
    async def amend(request: web.Request) -> web.StreamResponse:
        body = await json_object(request)
        return await _written(request, act, body, series=request.match_info["series"], revision=_number(body))

    return amend


async def edit(request: web.Request) -> web.StreamResponse:
    body = await json_object(request)
    revision = request.match_info["revision"]
    if not (revision.isascii() and revision.isdigit() and len(revision) <= 9):
        raise WebError(404, "not_found", "案がありません。 / There is no such draft.")
    told = {"series": request.match_info["series"], "revision": int(revision)}
    return await _written(request, Act.EDIT, body, digest=text_member(body, "digest", 64), **told)


async def notice(request: web.Request) -> web.StreamResponse:
    body = await json_object(request)
    words = {tag: parts for tag, parts in _words(body).items() if parts is not None}
    status, expires = status_of(request, body), moment(body, "expires")
    if expires is None:
        raise WebError(400, "bad_notice", "expires が要ります / expires is needed")
    written = Notice(
        status=status,
        kind=text_member(body, "kind", 40),
        level=_number(body, "level", 5),
        alert_level=body.get("alert_level") is True,
        category=body.get("category", "Safety"),
        texts=in_words({}, words),
        areas=_names(body, "areas") or (),
        expires=expires,
        channels=_names(body, "channels") or (),
    )
    return await _written(request, Act.NOTICE, {}, notice=written, drawn=_drawn(body))


async def _written(request: web.Request, act: Act, body: Mapping[str, Any], **more: Any) -> web.Response:
    context = request.app[CONTEXT]
    said = Said(
        areas=_names(body, "areas"),
        without=_names(body, "without") or (),
        expires=moment(body, "expires"),
        channels=_names(body, "channels"),
        reason=_by_language(body, "reason"),
        wrong=_by_language(body, "wrong"),
        right=_by_language(body, "right"),
    )
    ask = Ask(person=request[PERSON].name, now=context.now(), act=act, said=said, words=_words(body), **more)
    try:
        draft = await write(context.store, city_of(request), ask)
    except ReviewError as error:
        raise fault_of(error) from error
    context.bell.ring("alerts")
    return drafted_answer(draft)


def drafted_answer(draft: Revision) -> web.Response:
    """A fresh draft, with what an approval of it binds to."""
    alert = draft.alert
    told = {"series": alert.series, "revision": alert.revision, "identifier": alert.identifier}
    told |= {"digest": draft.digest, "approval": alert.approval.value, "expires": iso(alert.expires)}
    payloads = {name: to_json(one) for name, one in draft.payloads.items()}
    return web.json_response({**told, "payloads": payloads})


def _number(body: Mapping[str, Any], name: str = "revision", most: int = 999_999_999) -> int:
    value = body.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise WebError(400, f"bad_{name}", f'"{name}" must be a whole number from 0 to {most}')
    return value


def _names(body: Mapping[str, Any], name: str) -> tuple[str, ...] | None:
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) > _MOST:
        raise WebError(400, f"bad_{name}", f'"{name}" must be a list of at most {_MOST} words')
    return tuple(dict.fromkeys(_text(one, name, 100) for one in value))


def _drawn(body: Mapping[str, Any]) -> tuple[str, ...]:
    value = body.get("drawn", [])
    if not isinstance(value, list) or len(value) > MOST_DRAWN:
        raise WebError(
            400, "bad_drawn", f'"drawn" must be a list of at most {MOST_DRAWN} polygons, "lat,lon lat,lon …"'
        )
    return tuple(_text(one, "drawn") for one in value)


def _by_language(body: Mapping[str, Any], name: str) -> dict[str, str]:
    return {tag: _text(text, name, 500) for tag, text in _table(body, name).items()}


def _words(body: Mapping[str, Any]) -> Words:
    found: dict[str, Mapping[str, str] | None] = {}
    for tag, parts in _table(body, "texts").items():
        if parts is not None and (not isinstance(parts, dict) or parts.keys() - set(_PARTS)):
            raise WebError(
                400, "bad_texts", f'"texts" of a language holds {", ".join(_PARTS)}, or null to leave it out'
            )
        found[tag] = None if parts is None else {part: _text(text, part) for part, text in parts.items()}
    return found


def _table(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = body.get(name, {})
    if not isinstance(value, dict) or value.keys() - _LANGUAGES:
        raise WebError(400, f"bad_{name}", f'"{name}" goes by language: {", ".join(LANGUAGES)}')
    return value


def _text(value: Any, name: str, longest: int = _LONGEST) -> str:
    if not isinstance(value, str) or len(value) > longest or not storable(value):
        raise WebError(400, f"bad_{name}", f'"{name}" must be text of at most {longest} characters')
    return value.strip()


_STRINGS = {"type": "array", "items": {"type": "string", "minLength": 1, "maxLength": 100}, "maxItems": _MOST}
_TAGS = {"enum": list(LANGUAGES)}
_PER_LANGUAGE = {
    "type": "object",
    "propertyNames": _TAGS,
    "additionalProperties": {"type": "string", "minLength": 1, "maxLength": 500},
}
_TEXTS = {
    "type": "object",
    "description": "by language; null leaves it out",
    "propertyNames": _TAGS,
    "additionalProperties": {
        "type": ["object", "null"],
        "properties": {part: {"type": "string", "maxLength": _LONGEST} for part in _PARTS},
    },
}
_EXPIRES = {"type": "string", "format": "date-time"}
_COMMON = {"texts": _TEXTS, "expires": _EXPIRES, "channels": _STRINGS}
_REVISION = {
    "type": "integer",
    "minimum": 0,
    "maximum": 999_999_999,
    "description": "the newest in force as it was read; 409 where it is another by now",
}
_OWN: Mapping[Act, tuple[str, dict[str, Any]]] = {
    Act.UPDATE: ("Draft an update: the same facts, other words, fewer areas or another end.", {"areas": _STRINGS}),
    Act.CORRECTION: (
        "Draft the correction of a detail. Only the areas it concerns are told, without a sound where that can be.",
        {"areas": _STRINGS, "without": _STRINGS, "wrong": _PER_LANGUAGE, "right": _PER_LANGUAGE},
    ),
    Act.ALL_CLEAR: ("Draft the all-clear.", {"reason": _PER_LANGUAGE}),
    Act.CANCEL: ("Draft a cancellation: it should never have been sent.", {"reason": _PER_LANGUAGE}),
}
_NEEDED = {Act.CORRECTION: ["revision", "wrong", "right"]}
DRAFTED = {
    "series": "the alert's series",
    "revision": "the draft's",
    "identifier": "the draft's",
    "digest": "what an approval of it is bound to",
    "approval": "how many must agree: one or two",
    "expires": "until when it would hold",
    "payloads": "by channel {media_type, parts, counts}, or {reason, code} where it is refused",
}
_SERIES = Parameter("series", "The alert's series.", where="path")


def _endpoint(path: str, handler: Handler, summary: str, body: dict[str, Any], **more: Any) -> Endpoint:
    return Endpoint(
        path=path,
        handler=handler,
        summary=summary,
        **{"method": "POST", **more},
        body={"type": "object", **body},
        returns=JSON,
        properties=DRAFTED,
        errors=(400, 404, 409, 503),
        role=Role.OPERATOR,
        scope=TokenScope.DRAFTS,
    )


ENDPOINTS = (
    *(
        _endpoint(
            f"/alerts/{{series}}/{act.value.replace('_', '-')}",
            _amending(act),
            summary,
            {"required": _NEEDED.get(act, ["revision"]), "properties": {"revision": _REVISION, **_COMMON, **own}},
            parameters=(_SERIES,),
        )
        for act, (summary, own) in _OWN.items()
    ),
    _endpoint(
        "/alerts/{series}/{revision}",
        edit,
        "Put a waiting draft in other words: a new revision with a new digest; approvals of the old one are void.",
        {"required": ["digest"], "properties": {"digest": DIGEST, "areas": _STRINGS, **_COMMON}},
        method="PATCH",
        parameters=(_SERIES, Parameter("revision", "The draft's.", {"type": "integer", "minimum": 1}, where="path")),
    ),
    _endpoint(
        "/alerts",
        notice,
        "Draft a notice that no rule asked for.",
        {
            "required": ["kind", "level", "texts", "areas", "expires", "channels"],
            "properties": {
                "status": {"type": "string", "enum": [status.value for status in Status]},
                "kind": {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,39}$"},
                "level": {"type": "integer", "minimum": 0, "maximum": 5},
                "alert_level": {"type": "boolean"},
                "category": {"type": "string", "enum": list(CATEGORIES)},
                "areas": _STRINGS,
                "drawn": {
                    "type": "array",
                    "maxItems": MOST_DRAWN,
                    "description": "areas that no code names, as CAP writes polygons: lat,lon lat,lon …",
                    "items": {"type": "string", "minLength": 1, "maxLength": _LONGEST},
                },
                **_COMMON,
            },
        },
    ),
)
