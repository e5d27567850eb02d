"""The form in which an alert is written: what it shows, and what a person put into it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from multidict import MultiDictProxy

from feeds.japan import JAPAN
from rules.alert import Act, Alert, Text
from rules.redraft import Said
from rules.wording.languages import LANGUAGES
from services.desks.writing import Words
from services.web.api.moment import sensible
from services.web.language.speaking import N_
from services.web.security import WebError, storable

PARTS: Mapping[str, tuple[str, int]] = {  # part → its name for the officer, rows of its field
    "headline": (N_("見出し（140字まで）"), 2),
    "short": (N_("短文（SNSの最初の投稿）"), 4),
    "description": (N_("内容"), 4),
    "instruction": (N_("とるべき行動"), 3),
    "event": (N_("件名"), 1),
}
LANGUAGE_NAMES: Mapping[str, str] = {
    "ja": "日本語",
    "ja-x-easy": "やさしい日本語",
    "en": "English",
    "zh-Hans": "简体中文",
    "ko": "한국어",
    "vi": "Tiếng Việt",
}
_LONGEST, _MOST = 4000, 1000  # characters of a field; boxes ticked
_LOCAL = "%Y-%m-%dT%H:%M"  # of an input of type datetime-local
Posted = MultiDictProxy[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What stands in the form: as prefilled, or as the person left it. Times are Japanese, as a browser has them."""

    texts: Mapping[str, Text]
    languages: frozenset[str]  # ticked
    areas: frozenset[str]
    without: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    expires: str = ""
    drawn: str = ""  # areas drawn on the map, one a line
    notes: Mapping[str, str] = field(default_factory=dict)  # reason.ja, wrong.ja, right.ja, …

    def note(self, name: str, language: str) -> str:
        """What was typed as reason, wrong or right in a language."""
        return self.notes.get(f"{name}.{language}", "")


def prefilled(alert: Alert, act: Act) -> Filled:
    """As the draft stands. A correction concerns nothing until somebody says what."""
    codes = frozenset(place.code for place in alert.places)
    return Filled(
        texts=alert.texts,
        languages=frozenset(alert.texts),
        areas=frozenset() if act is Act.CORRECTION else codes,
        channels=frozenset(alert.channels),
        expires=local(alert.expires),
    )


def filled(posted: Posted, known: Mapping[str, Text]) -> Filled:
    """As the person sent it. Raises WebError 400 for what no form of ours sends."""
    texts = {}
    for tag in LANGUAGES:
        sent = {part: text_of(posted, f"t.{tag}.{part}") for part in PARTS if f"t.{tag}.{part}" in posted}
        if sent:
            blank = Text(language=tag, **dict.fromkeys(PARTS, ""))
            texts[tag] = replace(known.get(tag, blank), **sent)
    notes = (f"{name}.{tag}" for name in ("reason", "wrong", "right") for tag in LANGUAGES)
    return Filled(
        texts=texts,
        languages=many(posted, "language") | {"ja"},
        areas=many(posted, "area"),
        without=many(posted, "without"),
        channels=many(posted, "channel"),
        expires=text_of(posted, "expires"),
        drawn=text_of(posted, "drawn"),
        notes={name: text_of(posted, name) for name in notes if text_of(posted, name)},
    )


def said(form: Filled, plain: Alert, act: Act) -> tuple[Said, Words]:
    """What differs from the prefilled draft: only that is the person's word."""
    everywhere = frozenset(place.code for place in plain.places)
    areas = form.areas if act is Act.CORRECTION or form.areas != everywhere else frozenset()
    ending = act in {Act.ALL_CLEAR, Act.CANCEL} or plain.ends
    nowhere = not form.areas and act is not Act.CORRECTION and not ending
    chosen = tuple(place.code for place in plain.places if place.code in areas)
    changed: dict[str, Mapping[str, str] | None] = {}
    for tag, text in plain.texts.items():
        if tag not in form.languages:
            changed[tag] = None
        elif tag in form.texts and form.texts[tag] != text:
            changed[tag] = parts_of(form.texts[tag])
    channels = tuple(name for name in plain.channels if name in form.channels)
    told = Said(
        areas=None if ending else () if nowhere else chosen or None,
        without=tuple(place.code for place in plain.places if place.code in form.without),
        expires=None if form.expires == local(plain.expires) else moment(form.expires),
        channels=None if channels == plain.channels else channels,
        reason=_noted(form, "reason"),
        wrong=_noted(form, "wrong"),
        right=_noted(form, "right"),
    )
    return told, changed


def parts_of(text: Text) -> dict[str, str]:
    """The words alone."""
    return {part: getattr(text, part) for part in PARTS}


def _noted(form: Filled, name: str) -> dict[str, str]:
    return {tag: form.note(name, tag) for tag in LANGUAGES if form.note(name, tag)}


def local(at: datetime) -> str:
    """A moment as the browser's field has it, in Japanese time."""
    return at.astimezone(JAPAN).strftime(_LOCAL)


def moment(text: str) -> datetime | None:
    """The moment of such a field; None where it is empty. Raises WebError 400."""
    if not text:
        return None
    try:
        return sensible(datetime.strptime(text[:16], _LOCAL).replace(tzinfo=JAPAN), "expires", "日時")
    except ValueError:
        raise WebError(400, "bad_expires", "日時を読めません。 / The time could not be read.") from None


def text_of(posted: Posted, name: str) -> str:
    """A field's text with plain line ends. Raises WebError 400 for a file, or for more than a field holds."""
    value = posted.get(name, "")
    if not isinstance(value, str) or len(value) > _LONGEST or not storable(value):
        raise WebError(400, "bad_form", "送られた内容を読めませんでした。 / The form could not be read.")
    return value.replace("\r\n", "\n").strip()


def many(posted: Posted, name: str) -> frozenset[str]:
    """The boxes of a name that are ticked."""
    values: Sequence[object] = posted.getall(name, [])
    if len(values) > _MOST or not all(isinstance(value, str) and storable(value) for value in values):
        raise WebError(400, "bad_form", "送られた内容を読めませんでした。 / The form could not be read.")
    return frozenset(str(value) for value in values)
