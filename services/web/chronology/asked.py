"""What is asked of the chronology, and what officers enter into it, checked at the door."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from feeds.instant import instant
from feeds.status import Status
from rules.chronology.groups import Group
from rules.chronology.line import Sieve
from rules.chronology.matter import LONGEST_PARTY, LONGEST_WORDS, Content, MatterError, Priority, Sort, State, Way
from services.board_words import actor_named
from services.store.chronology_read import Span
from services.web.api.moment import moment, sensible
from services.web.context import WebContext
from services.web.damage.asked import words
from services.web.language.speaking import N_, _, own
from services.web.security import WebError

_LONGEST_SEARCH, _MOST_WORDS = 100, 5
_STATUS = {"not_found": 404, "changed": 409, "already": 409}
_NAMES = ("from", "to", "level", "district", "who", "status", "q", "important", "order")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A view of the chronology. ``typed``: the fields as they were given, for the form."""

    span: Span
    sieve: Sieve
    typed: Mapping[str, str]
    groups: tuple[str, ...]

    @property
    def address(self) -> str:
        """The same view as the query of an address, without a place in it."""
        return urlencode(
            [*((name, one) for name, one in self.typed.items() if one), *(("group", g) for g in self.groups)]
        )

    @property
    def told(self) -> str:
        """The view in words, for paper and files."""
        typed, parts = self.typed, []
        if self.groups:
            parts.append(_("種類：{those}", those="・".join(own(Group(one)) for one in self.groups)))
        if self.sieve.level:
            parts.append(_("レベル{level}以上", level=self.sieve.level))
        if self.sieve.district:
            parts.append(_("地区：{name}", name=typed["district"]))
        if self.sieve.who:
            parts.append(_("だれ：{name}", name=typed["who"]))
        if self.sieve.words:
            parts.append(_("語：{words}", words=" ".join(self.sieve.words)))
        if self.sieve.statuses:
            parts.append("・".join(sorted(world(one) for one in self.sieve.statuses)))
        if self.sieve.important:
            parts.append(_("重要なものだけ"))
        return "、".join(parts) or _("絞り込みなし")


_WORLDS = {Status.ACTUAL: N_("本番"), Status.EXERCISE: N_("訓練"), Status.TEST: N_("試験")}


def world(status: Status) -> str:
    """What people call a status."""
    return _(_WORLDS[status])


def asked_of(request: web.Request) -> Asked:
    """The view that the address names. Raises WebError 400 that names the field and the cure."""
    query = request.query
    typed = {name: query.get(name, "").strip() for name in _NAMES}
    for name in ("district", "who", "q"):
        if len(typed[name]) > _LONGEST_SEARCH:
            raise WebError(
                400, f"bad_{name}", f"{_LONGEST_SEARCH}字までで探してください。 / at most {_LONGEST_SEARCH}."
            )
    groups = tuple(dict.fromkeys(_one_of(Group, one, "group").value for one in query.getall("group", []) if one))
    status = typed["status"]
    level = typed["level"]
    if level not in ("", "1", "2", "3", "4", "5"):
        raise WebError(400, "bad_level", "level は 1 から 5 です。 / level: 1 to 5.")
    if typed["order"] not in ("", "newest", "oldest"):
        raise WebError(400, "bad_order", "order は newest か oldest です。 / order: newest or oldest.")
    sieve = Sieve(
        groups=frozenset(Group(one) for one in groups),
        statuses=frozenset({_one_of(Status, status, "status")} if status else ()),
        level=int(level) if level else None,
        district=typed["district"],
        who=actor_named(typed["who"]),
        words=tuple(typed["q"].split()[:_MOST_WORDS]),
        important=typed["important"] in ("on", "true"),
    )
    span = Span(
        since=_japan(typed["from"], "from"), until=_japan(typed["to"], "to"), newest_first=typed["order"] != "oldest"
    )
    if span.since and span.until and span.since >= span.until:
        raise WebError(400, "bad_to", "終わりの時刻を、始めより後にしてください。 / to must lie after from.")
    return Asked(span=span, sieve=sieve, typed=typed, groups=groups)


def _japan(text: str, name: str) -> datetime | None:
    """A time as a form has it, in Japan time, or with an offset of its own; None where it is not given."""
    if not text:
        return None
    whole = text.replace(" ", "+")  # an unescaped + in an address is read as a blank
    if "+" not in whole and not whole.upper().endswith("Z"):
        whole = f"{whole[:16]}:00+09:00"
    try:
        return sensible(instant(whole), name, name)
    except ValueError:
        raise WebError(
            400, f"bad_{name}", f"{name} は 2026-11-22T03:00 の形です。 / {name}: 2026-11-22T03:00."
        ) from None


def content_of(body: Mapping[str, Any], context: WebContext, now: datetime) -> Content:
    """What the body says of a matter; when nothing is told, it happened now. Raises WebError."""
    made = Content(
        happened=moment(body, "happened") or now,
        words=words(body, "words", LONGEST_WORDS, lines=True),
        state=_one_of(State, body.get("state") or State.RECORD.value, "state"),
        way=_one_of(Way, body.get("way") or Way.OTHER.value, "way"),
        sort=_one_of(Sort, body.get("sort") or Sort.TOLD.value, "sort"),
        source=words(body, "source", LONGEST_PARTY),
        to=words(body, "to", LONGEST_PARTY),
        priority=_one_of(Priority, body.get("priority") or Priority.NORMAL.value, "priority"),
    )
    said = str(body.get("area") or "").strip()
    if not said:
        return made
    every = context.ground.areas.of_kind("district")
    found = next((one for one in every if said in (one.code, one.name)), None)
    if found is None:
        text = f"「{said[:40]}」という地区はありません。一覧から選んでください。 / there is no such district."
        raise WebError(400, "bad_area", text)
    return replace(made, area=found.code, area_name=found.name)


def refusal(error: MatterError) -> WebError:
    """What the desk refused, as an answer."""
    return WebError(_STATUS.get(error.code, 400), error.code, str(error))


def _one_of(kind: Any, value: Any, name: str) -> Any:
    try:
        return kind(value)
    except (TypeError, ValueError):
        choices = " / ".join(one.value for one in kind)
        raise WebError(400, f"bad_{name}", f"{name} は {choices} のどれかです。 / {name}: one of these.") from None
