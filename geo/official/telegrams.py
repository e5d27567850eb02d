"""What every model of official telegrams asks of them: which still stand, and whether they speak of the city."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from feeds.japan import JAPAN, dated
from feeds.records import Telegram, TelegramArea
from geo.hazard import Evidence
from geo.model import Ground, Inputs

VOLCANO = "火山名"  # the type of code of a volcano
COAST = "津波予報区"  # the type of code of a stretch of coast; its digits may be those of a district inland
WITHDRAWAL = "取消"  # Head/InfoType: what was announced is taken back; a danger that is over is 発表 with 解除
_OVER = {"解除", "なし", "発表警報・注意報はなし"}

Series = Callable[[Telegram], str | None]  # what a newer telegram replaces; None: not of this kind


def standing(inputs: Inputs, series: Series, stands: timedelta) -> dict[str, Telegram]:
    """Series → its newest telegram that is neither withdrawn, of the future, nor older than ``stands``.

    A withdrawal takes back its own kind and event alone: 震度速報 withdrawn leaves 震源・震度に関する情報 standing.
    """
    told = [one for one in inputs.telegrams if one.measured_at <= inputs.now and series(one) is not None]
    words: dict[tuple[str, str | None, str], Telegram] = {}
    for word in sorted((one for one in told if one.info_type == WITHDRAWAL), key=order):
        words[_announced(word)] = word
    newest: dict[str, Telegram] = {}
    for telegram in told:
        name, back = series(telegram) or "", words.get(_announced(telegram))
        if back is not None and takes_back(back, telegram):
            continue
        if name not in newest or order(newest[name]) <= order(telegram):
            newest[name] = telegram
    return {name: telegram for name, telegram in sorted(newest.items()) if inputs.now - telegram.measured_at < stands}


def order(telegram: Telegram) -> tuple[object, ...]:
    """Of two telegrams of one series the greater is the newer."""
    serial = telegram.serial or ""
    return telegram.measured_at, telegram.control_datetime, int(serial) if serial.isdecimal() else 0


def takes_back(word: Telegram, telegram: Telegram) -> bool:
    """True where ``word`` withdraws what ``telegram`` announced: later, of the same kind, event and office."""
    return word.info_type == WITHDRAWAL and _announced(word) == _announced(telegram) and order(word) >= order(telegram)


def _announced(telegram: Telegram) -> tuple[str, str | None, str]:
    return telegram.control_title, telegram.event_id, issuer(telegram)


def issuer(telegram: Telegram) -> str:
    """The office that speaks, whoever typed it: where one is out of action another edits in its name. Of a telegram
    issued jointly (岩手県 盛岡地方気象台) the observatory stands last."""
    return (telegram.publishing_office.split() or [telegram.editorial_office])[-1]


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """A place by the codes under which telegrams may speak of it."""

    code: str  # of a municipality seven digits, the last two of which may name a part; any other code as it is
    coarser: Sequence[str] = ()  # forecast areas that hold it, finest first
    sections: Sequence[str] = ()  # of flood forecasts for rivers that run through it
    volcanoes: Sequence[str] = ()  # that concern it even where a telegram does not name it
    coasts: Sequence[str] = ()  # 津波予報区 of its shore; an inland place has none


def whereabouts(code: str, ground: Ground) -> Whereabouts:
    """Of the city's own code all that the profile knows; of another only the code itself."""
    whole = f"{code}00" if len(code) == 5 else code
    if len(whole) == 7 and whole[:5] == ground.city:
        return Whereabouts(whole, ground.forecast_areas, ground.river_sections, ground.volcanoes, ground.tsunami_areas)
    return Whereabouts(whole)


def codes_at(telegram: Telegram, place: Whereabouts) -> set[str]:
    """The codes under which this telegram speaks of the place: its municipality or parts of it (the first five of
    seven digits), else the finest forecast area that the telegram has. The code of a volcano or of a coast is no
    forecast area's, though the digits may be the same: 220 is 宮城県 on the shore, and a district inland.
    """
    listed = {entry.code for entry in telegram.areas} | set(telegram.areas_without_warning)
    coasts = {entry.code for entry in telegram.areas if entry.code_type == COAST}
    apart = coasts | {entry.code for entry in telegram.areas if entry.code_type == VOLCANO}
    municipalities = {code for code in listed if len(code) == 7}
    if len(place.code) == 7 and municipalities:
        return {code for code in municipalities if code[:5] == place.code[:5]}
    wider = [code for code in place.coarser if code in listed - apart]
    return {place.code} if place.code in listed else coasts & set(place.coasts) or set(wider[:1])


def codes_of_city(telegram: Telegram, ground: Ground) -> set[str]:
    """The codes under which this telegram speaks of the city."""
    return codes_at(telegram, whereabouts(ground.city, ground))


def is_over(entry: TelegramArea) -> bool:
    """A release keeps the code of what it releases; level 0, code 00 and the words say so."""
    return entry.alert_level == 0 or entry.kind_code == "00" or entry.status in _OVER


def said(telegram: Telegram) -> str:
    """Who issued it and when, for people: 盛岡地方気象台 8月1日18:00 発表."""
    return f"{telegram.editorial_office} {dated(telegram.measured_at)} 発表"


def evidence(telegram: Telegram, entry: TelegramArea, name: str) -> tuple[Evidence, ...]:
    """The telegram as the reason for a hazard."""
    text = f"{name} {entry.status or ''}（{entry.name}、{said(telegram)}）"
    return (Evidence(ref=telegram.key, text=text),)


def facts(telegram: Telegram, entry: TelegramArea, name: str) -> dict[str, str | float | int | bool]:
    """What the wording may quote of any telegram."""
    return {
        "kind_name": name,
        "kind_code": entry.kind_code or "",
        "change": entry.status or "",
        "office": telegram.editorial_office,
        "issued_at": telegram.measured_at.astimezone(JAPAN).isoformat("T", "minutes"),
        "telegram": telegram.telegram or "",
    }
