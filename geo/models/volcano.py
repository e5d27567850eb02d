"""Volcanoes: the 噴火警戒レベル, eruptions just told of, and ash that is forecast to fall on the city.

A level concerns the city where the warning names it, or where the profile lists the volcano: a mountain may be closed
whose foot is another municipality's, and people of this one climb it. Levels 1 to 5 are the volcano's own scale and no
警戒レベル: at level 5 some leave their homes and others only stay off the mountain, as the telegram says for each.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from feeds.instant import instant
from feeds.japan import JAPAN, dated
from feeds.records import Period, Telegram, TelegramArea
from geo.area import Area
from geo.hazard import Evidence, Hazard
from geo.model import Ground, Inputs
from geo.official import volcanoes
from geo.official.telegrams import VOLCANO, codes_of_city, said, standing
from geo.official.volcanoes import CALM, Standing

_HOUR = timedelta(hours=1)
_RESPONSES = frozenset({"41", "42", "43", "44", "46", "47", "48", "49"})  # 防災対応: what is asked of a municipality
_LASTS: Mapping[str, timedelta] = {  # where the telegram does not tell
    "VFVO53": timedelta(hours=18),
    "VFVO54": timedelta(hours=1),
    "VFVO55": timedelta(hours=6),
    "VFVO56": timedelta(hours=6),
}
_SERIES = {"VFVO53": "supposed", "VFVO54": "ash", "VFVO55": "ash", "VFVO56": "eruption"}
_ASH: Mapping[str, int] = {"70": 1, "71": 1, "72": 2, "73": 3, "75": 3}  # 少量, やや多量, 多量の降灰, 小さな噴石
_ERUPTION = 4
_ASIDE = re.compile(r"＜[^＞]*＞|\s+")
_LENGTH = re.compile(r"PT([0-9]{1,5})M")


@dataclass(frozen=True, slots=True)
class _Told:
    """What makes one hazard, whichever of the three it is."""

    kind: str
    source: str
    level: int
    telegram: Telegram
    headline: str
    since: datetime
    until: datetime
    facts: Mapping[str, str | float | int | bool]


class Volcano:
    """One hazard per volcano above level 1, one per eruption told of, and one per volcano whose ash is to fall here."""

    name = "volcano"
    version = "1"
    quantities = frozenset[str]()
    window = timedelta(hours=24)  # of notices and ash; warnings come however old they are
    telegrams = True
    reports = frozenset[str]()

    def run(self, inputs: Inputs, ground: Ground) -> list[Hazard]:
        """Everything that volcanoes call for at ``inputs.now``; level 1 calls for nothing and is no hazard."""
        city = next(iter(ground.areas.of_kind("city")), None)
        if city is None:
            return []
        found = []
        for code, state in volcanoes.standing(inputs.telegrams, inputs.now).items():
            if state.level > 1 and (told := _level(state, city, ground, inputs.now)):
                areas = ground.volcano_zones.get((code, state.level)) or (city,)
                found += [self._hazard(told, area, inputs) for area in areas]
        for telegram in standing(inputs, _notice, self.window).values():
            notice = _eruption(telegram, ground) if telegram.telegram == "VFVO56" else _ash(telegram, ground)
            if notice and notice.until > inputs.now:
                found.append(self._hazard(notice, city, inputs))
        return found

    def _hazard(self, told: _Told, area: Area, inputs: Inputs) -> Hazard:
        return Hazard(
            kind=told.kind,
            area=area.code,
            area_name=area.name,
            level=told.level,
            alert_level=False,
            model=f"{self.name}@{self.version}",
            status=inputs.status,
            observed=True,  # that it is announced is a fact, whatever is announced
            since=told.since,
            valid_until=told.until,
            headline=told.headline,
            source=told.source,
            evidence=(Evidence(ref=told.telegram.key, text=told.headline),),
            facts=told.facts,
        )


def _level(state: Standing, city: Area, ground: Ground, now: datetime) -> _Told | None:
    """The level in force; None where neither a telegram nor the profile says that the volcano concerns the city."""
    telegram, volcano = state.telegram, state.entry
    here = _of_city(state.warning, ground) if state.warning else []
    if not here and volcano.code not in ground.volcanoes:
        return None
    # What a survey does not repeat of the last warning may have changed since.
    named = [entry for entry in here if entry.kind_code not in CALM] if telegram is state.warning else []
    asked = next((entry.kind_name for entry in named if entry.kind_code in _RESPONSES), None)
    warning = next((entry.kind_name for entry in named if entry.kind_code not in _RESPONSES), None)
    kind = volcano.kind_name or f"レベル{state.level}"
    leveled = kind.startswith("レベル")
    name = f"{volcano.name} {'噴火警戒' if leveled else ''}{kind}"
    whom = f"{city.name}は対象市町村" if named else f"{city.name}は対象市町村に含まれない"
    whom = whom if telegram is state.warning else "解説情報による。対象市町村は届いていない"
    since = state.since.astimezone(JAPAN)
    day = f"{since.year}年{since.month}月{since.day}日"
    text = f"{name}（{day}から、{whom}、{telegram.editorial_office}）"
    advice = _ASIDE.sub("", telegram.headline or "")
    facts = {
        **_facts(telegram, volcano, name),
        "volcanic_level": state.level if leveled else 0,
        "named": bool(named),
        "warning": warning or "",
        "response": asked or "",
        "advice": advice if len(advice) <= 200 else "",  # half a sentence may say the opposite
        "since_day": day,
        "since_at": since.isoformat("T", "minutes"),
    }
    # It stands until the next telegram: valid for as long as the hub can be trusted to have looked.
    until = now.replace(minute=0, second=0, microsecond=0) + 2 * _HOUR
    return _Told("volcano", volcano.code, state.level, telegram, text, state.since, until, facts)


def _eruption(telegram: Telegram, ground: Ground) -> _Told | None:
    """噴火速報, where the city is named or the volcano is one of its own."""
    volcano = _volcano(telegram)
    here = _of_city(telegram, ground)
    if volcano is None or not (here or volcano.code in ground.volcanoes):
        return None
    at = _moment(telegram.target_datetime) or telegram.measured_at
    local = at.astimezone(JAPAN)
    what = volcano.kind_name or "噴火"
    text = f"{volcano.name}で{what}（{dated(at)}ごろ、噴火速報、{said(telegram)}）"
    facts = _facts(telegram, volcano, "噴火速報") | {"named": bool(here), "erupted_at": local.isoformat("T", "minutes")}
    until = telegram.measured_at + _LASTS["VFVO56"]
    return _Told("eruption", volcano.code, _ERUPTION, telegram, text, at, until, facts)


def _ash(telegram: Telegram, ground: Ground) -> _Told | None:
    """The strongest fall of ash on the city; the regular forecast only says what an eruption would bring."""
    volcano = _volcano(telegram)
    here = [entry for entry in _of_city(telegram, ground) if entry.kind_code in _ASH]
    if volcano is None or not here:
        return None
    strongest = max(here, key=lambda entry: _ASH[entry.kind_code or ""])
    supposed = telegram.telegram == "VFVO53"
    name = strongest.kind_name or "降灰"
    lasting = telegram.measured_at + _LASTS[telegram.telegram or ""]
    ends = [_end(period) for entry in here for period in entry.periods]
    until = max([end for end in ends if end], default=None) or _moment(telegram.valid_datetime) or lasting
    text = f"{volcano.name}{'が噴火した場合：' if supposed else '：'}{name}の予報（{said(telegram)}）"
    stones = any(entry.kind_code == "75" for entry in here)
    facts = _facts(telegram, volcano, name) | {"supposed": supposed, "stones": stones}
    source = f"{volcano.code}:{'supposed' if supposed else 'ash'}"
    level = 1 if supposed else _ASH[strongest.kind_code or ""]
    return _Told("ashfall", source, level, telegram, text, telegram.measured_at, until, facts)


def _notice(telegram: Telegram) -> str | None:
    """Eruptions and forecasts of ash: each volcano's newest of a kind speaks; 詳細 follows 速報."""
    series = _SERIES.get(telegram.telegram or "")
    if series is None:
        return None
    volcano = _volcano(telegram)
    return f"{series}|{volcano.code if volcano else (telegram.event_id or '').rpartition('_')[2]}"


def _volcano(telegram: Telegram) -> TelegramArea | None:
    return next((entry for entry in telegram.areas if entry.code_type == VOLCANO), None)


def _of_city(telegram: Telegram, ground: Ground) -> Sequence[TelegramArea]:
    """The entries of the city's municipality, or of parts of it."""
    codes = {code for code in codes_of_city(telegram, ground) if len(code) == 7}
    return [entry for entry in telegram.areas if entry.code in codes]


def _facts(telegram: Telegram, volcano: TelegramArea, name: str) -> dict[str, str | float | int | bool]:
    return {
        "kind_name": name,
        "kind_code": volcano.kind_code or "",
        "volcano": volcano.name,
        "change": volcano.condition or "",
        "office": telegram.editorial_office,
        "issued_at": telegram.measured_at.astimezone(JAPAN).isoformat("T", "minutes"),
        "telegram": telegram.telegram or "",
    }


def _end(period: Period) -> datetime | None:
    start, length = _moment(period.start), _LENGTH.fullmatch(period.duration or "")
    return start + timedelta(minutes=int(length[1])) if start and length else None


def _moment(written: str | None) -> datetime | None:
    try:
        return instant(written or "")
    except ValueError:
        return None
