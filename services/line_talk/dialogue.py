"""The conversation: kind, place, questions, words and photos in any order that people take, until they press send.

Pure: what stands so far and what was said come in, what stands then and what is said come out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from feeds.open311.catalog import LISTS, Attribute
from feeds.plain_report import MAX_PHOTOS
from services.heard.kinds import SEEN, Kind
from services.line_talk import sayings
from services.line_talk.events import Said
from services.line_talk.sayings import Button, Say

_STOP = frozenset({"やめる", "キャンセル", "取り消し", "中止", "stop", "cancel"})
_SEND = frozenset({"送る", "送信", "send"})
_LONGEST_PLACE, _LONGEST = 400, 3500
_SKIP = "-"  # asked, and not answered


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """What somebody is about to tell. ``once`` makes it one thing, ``began`` (ISO 8601, hub time) is when it was seen;
    ``photos`` are names of pictures that are kept."""

    once: str
    began: str
    kind: str = ""
    place: str = ""
    lon: float | None = None
    lat: float | None = None
    texts: tuple[str, ...] = ()
    photos: tuple[str, ...] = ()
    answers: dict[str, str] = field(default_factory=dict)

    @property
    def placed(self) -> bool:
        return bool(self.place) or self.lon is not None


@dataclass(frozen=True, slots=True)
class Turn:
    """``talk`` None: nothing is begun. ``send``: it is whole, and its sender wants it told."""

    talk: Talk | None
    says: tuple[Say, ...] = ()
    send: bool = False


def turn(talk: Talk, one: Said, kinds: Sequence[Kind], photo: str = "") -> Turn:
    """One thing said. ``photo``: the name of a picture that came, empty where it could not be taken."""
    match one.how:
        case "forget":
            return Turn(None)
        case "hello":
            return _next(talk, kinds)
        case "chosen":
            return _chosen(talk, one.text, kinds)
        case "text":
            return _text(talk, one.text.strip(), kinds)
        case "place":
            return _next(replace(talk, place=one.text[:_LONGEST_PLACE], lon=one.lon, lat=one.lat), kinds)
        case "photo":
            return _photo(talk, photo, kinds)
        case _:
            return _next(talk, kinds, Say(sayings.NOTHING))


def _photo(talk: Talk, photo: str, kinds: Sequence[Kind]) -> Turn:
    if not photo:
        return _next(talk, kinds, Say(sayings.BAD_PHOTO))
    if len(talk.photos) == MAX_PHOTOS and photo not in talk.photos:
        return _next(talk, kinds, Say(sayings.ENOUGH))
    return _next(replace(talk, photos=tuple(dict.fromkeys([*talk.photos, photo]))), kinds)


def _chosen(talk: Talk, data: str, kinds: Sequence[Kind]) -> Turn:
    """A button. One that is none any more, of an old message, leads to where things stand."""
    what, _, value = data.partition("=")
    if what == "list":
        return Turn(talk, (_kinds(kinds, snow=value == "snow"),))
    if what == "do" and value == "stop":
        return Turn(None, (Say(sayings.STOPPED),))
    if what == "do" and value == "send":
        return _send(talk, kinds)
    if what == "kind" and any(kind.code == value for kind in kinds):
        return _next(replace(talk, kind=value, answers={}), kinds)
    code, _, answer = value.partition("=")
    asked = _question(talk, kinds)
    if what == "a" and asked is not None and asked.code == code and (answer in asked.values or not asked.required):
        return _next(replace(talk, answers={**talk.answers, code: answer or _SKIP}), kinds)
    return _next(talk, kinds)


def _text(talk: Talk, text: str, kinds: Sequence[Kind]) -> Turn:
    plain = text.casefold()
    if plain in _STOP:
        return Turn(None, (Say(sayings.STOPPED),))
    if plain in _SEND and talk.kind:
        return _send(talk, kinds)
    if not text:
        return _next(talk, kinds)
    if not talk.kind or talk.placed:
        asked = _question(talk, kinds) if talk.kind else None
        if asked is not None and asked.datatype not in LISTS:
            return _next(replace(talk, answers={**talk.answers, asked.code: text[:_LONGEST_PLACE]}), kinds)
        if sum(map(len, talk.texts)) + len(text) > _LONGEST:
            return _next(talk, kinds, Say(sayings.LONG))
        return _next(replace(talk, texts=(*talk.texts, text)), kinds)
    if len(text) > _LONGEST_PLACE:
        return _next(talk, kinds, Say(sayings.LONG))
    return _next(replace(talk, place=text), kinds)


def _send(talk: Talk, kinds: Sequence[Kind]) -> Turn:
    kind = _kind(talk, kinds)
    if kind is None or not talk.placed or _question(talk, kinds) is not None:
        return _next(talk, kinds)
    if kind.service is None and not kind.animal and not talk.texts:
        return Turn(talk, (Say(sayings.WORDS, (sayings.STOP,)),))
    return Turn(talk, send=True)


def _next(talk: Talk, kinds: Sequence[Kind], *before: Say) -> Turn:
    """What is asked next: what comes first of kind, place, questions, and whether that is all."""
    kind = _kind(talk, kinds)
    if kind is None:
        return Turn(talk, (*before, _kinds(kinds, snow=False)))
    if not talk.placed:
        first = f"{kind.to_do('ja')}\n\n" if kind.service is None else ""
        return Turn(talk, (*before, Say(first + sayings.WHERE, (sayings.PLACE, sayings.STOP))))
    asked = _question(talk, kinds)
    if asked is not None:
        return Turn(talk, (*before, _asking(asked)))
    return Turn(talk, (*before, Say(sayings.MORE, (sayings.SEND, sayings.STOP))))


def _kinds(kinds: Sequence[Kind], *, snow: bool) -> Say:
    some = [one for one in kinds if (one.service is not None) is snow]
    buttons = [Button(one.name("ja"), f"kind={one.code}") for one in some]
    others = [sayings.BACK] if snow else [sayings.SNOW] if len(kinds) > len(SEEN) else []
    return Say(sayings.KIND, (*buttons[:12], *others))


def _question(talk: Talk, kinds: Sequence[Kind]) -> Attribute | None:
    """What has to be known, or makes it urgent, and was not answered yet."""
    kind = _kind(talk, kinds)
    asked = kind.service.attributes if kind is not None and kind.service is not None else ()
    wanted = (one for one in asked if one.variable and (one.required or one.urgent))
    return next((one for one in wanted if one.code not in talk.answers), None)


def _asking(asked: Attribute) -> Say:
    buttons = [Button(name.partition(" / ")[0], f"a={asked.code}={value}") for value, name in asked.values.items()]
    if not asked.required:
        buttons.append(Button("わからない / Skip", f"a={asked.code}="))
    return Say(asked.description.replace(" / ", "\n"), (*buttons, sayings.STOP))


def _kind(talk: Talk, kinds: Sequence[Kind]) -> Kind | None:
    return next((one for one in kinds if one.code == talk.kind), None)


def answers_of(talk: Talk) -> dict[str, str]:
    """What was answered, without what was passed over."""
    return {code: value for code, value in talk.answers.items() if value != _SKIP}
