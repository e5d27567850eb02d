"""Which telegram speaks for a volcano.

噴火警報・予報 (VFVO50) stands until the next one, for months or years. 解説情報 (VFVO51) repeats the level every week
or month: where it tells another level than the last warning that reached the hub, a warning was missed, and it speaks.
A withdrawal (取消) gives back what stood before; a correction (訂正) takes the place of what it corrects.

Codes of volcanoes and of other areas share their digits (212 is 蔵王山, and a district of earthquakes): they are only
ever compared among themselves.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import takewhile

from feeds.records import Telegram, TelegramArea
from geo.official.telegrams import VOLCANO, order

WARNING, SURVEY = "VFVO50", "VFVO51"
SURVEYED = timedelta(days=45)  # all volcanoes are surveyed every month

# 噴火警戒レベル by the kind's code; of volcanoes that have no levels the kinds that correspond. It is no 警戒レベル.
_KINDS = (("11", "12", "13", "14", "15"), ("21", "22", "23", "24", "25"), ("35", "36"))  # the last: below the sea
LEVELS = {code: level for kinds in _KINDS for level, code in enumerate(kinds, 1)}
CALM = frozenset({"04", "05", "45", *(code for code, level in LEVELS.items() if level == 1)})  # nothing is called for


@dataclass(frozen=True, slots=True)
class Standing:
    """The state of a volcano: by which telegram and which of its entries, and since when it has been so.

    ``warning`` is its last warning, of this level or another: a survey that speaks names no municipality.
    """

    telegram: Telegram
    entry: TelegramArea
    since: datetime
    warning: Telegram | None = None

    @property
    def level(self) -> int:
        return LEVELS[self.entry.kind_code or ""]


def standing(telegrams: Iterable[Telegram], now: datetime) -> dict[str, Standing]:
    """Code of a volcano → its state at ``now``, for each that warnings or surveys up to then tell of."""
    told = {one.key: one for one in telegrams if one.telegram in (WARNING, SURVEY) and one.measured_at <= now}
    said: dict[str, list[Standing]] = {}
    for telegram in sorted(told.values(), key=order):
        if telegram.info_type == "取消":
            for states in said.values():
                if (place := _place(states, telegram)) is not None:
                    del states[place]
            continue
        for entry in telegram.areas:
            if entry.code_type == VOLCANO and entry.kind_code in LEVELS:
                _say(said.setdefault(entry.code, []), Standing(telegram, entry, telegram.measured_at))
    return {code: _speaking(states) for code, states in sorted(said.items()) if states}


def _say(states: list[Standing], new: Standing) -> None:
    place = _place(states, new.telegram) if new.telegram.info_type == "訂正" else None
    if place is None:
        states.append(new)
    else:
        states[place] = replace(new, since=states[place].since)


def _place(states: list[Standing], newer: Telegram) -> int | None:
    """Where the newest of the same series stands, whichever office wrote it."""
    for place in reversed(range(len(states))):
        older = states[place].telegram
        if (older.telegram, older.event_id) == (newer.telegram, newer.event_id):
            return place
    return None


def _speaking(states: list[Standing]) -> Standing:
    """The newest; of those that go on saying the same the newest warning, which also names the municipalities."""
    newest = states[-1]
    run = list(takewhile(lambda state: state.entry.kind_code == newest.entry.kind_code, reversed(states)))
    repeated = next((state for state in run if state.telegram.telegram == WARNING), newest)
    warning = next((state.telegram for state in reversed(states) if state.telegram.telegram == WARNING), None)
    return replace(repeated, since=run[-1].since, warning=warning)
