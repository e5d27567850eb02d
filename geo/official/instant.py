"""What the offices' telegrams said was in force at an instant, area by area: 「3時10分に何が出ていたか」.

Pure, over stored telegrams. Two questions have two answers. What **held** at an instant goes by the offices' own times,
with everything that has arrived since, late or not: that is the default. What the hub **knew** then leaves out whatever
reached it later (``known_at``). A correction counts from its own hour; what was announced before it had been announced.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from feeds.instant import instant
from feeds.records import Telegram, TelegramArea
from feeds.status import Status
from geo.model import Inputs
from geo.models import river_forecast, short_notice
from geo.official import speaking, volcanoes
from geo.official.telegrams import VOLCANO, Whereabouts, codes_at, is_over, issuer, order, standing
from geo.official.volcanoes import CALM

STANDS = timedelta(hours=72)  # a telegram that was neither renewed nor released for so long is not believed any more
SUBJECTS = (
    *("VPWW53", "VPWW54", *speaking.NEW, speaking.LANDSLIDE, speaking.SPECIAL, "VXKO", "VXSU"),
    *river_forecast.TITLES,  # the title stands where the type code is not known
    *("VPOA50", "VPHW50", "VPHW51", "VPBS50", "VPFD61", "VTSE41", "VFVO53", "VFVO54", "VFVO55"),
)


@dataclass(frozen=True, slots=True)
class Heard:
    """A telegram, and when it reached the hub."""

    telegram: Telegram
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What was in force ``at`` an instant; of one place, or None for every area that telegrams name."""

    at: datetime
    known_at: datetime | None = None
    place: Whereabouts | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """One (area, hazard) as the telegram that speaks for it says; the area is the one the telegram names."""

    area: str
    area_name: str
    area_type: str  # what the code is a code of: 火山名, 津波予報区, …; codes of different types share their digits
    hazard: str
    kind_code: str | None
    kind_name: str
    alert_level: int | None  # 警戒レベル; None: this kind has none
    change: str | None  # 発表, 継続, …
    height: str | None  # of a tsunami, as it is foretold: 巨大, 高い, １０ｍ超, ３ｍ
    arrival: str | None  # its first wave: an instant, or words (津波到達中と推測)
    since: datetime  # the hour of the first telegram of the unbroken run that says the same
    valid_until: datetime | None  # None: until it is released
    telegram: Telegram
    received_at: datetime


@dataclass(frozen=True, slots=True)
class _Kind:
    """Telegrams other than weather warnings: what the newest replaces, until when, and which entries hold."""

    series: Callable[[Telegram], str | None]
    until: Callable[[Telegram], datetime | None]
    holds: Callable[[TelegramArea], bool]
    stands: timedelta = STANDS


def in_force(heard: Iterable[Heard], question: Question, status: Status) -> tuple[InForce, ...]:
    """Everything of that status in force, the highest level first, then by area.

    Of the levels of one hazard of an area the highest counts; of one notice by two types the newest.
    """
    known = {
        id(one.telegram): one
        for one in heard
        if one.telegram.status is status
        and one.telegram.measured_at <= question.at
        and (question.known_at is None or one.received_at <= question.known_at)
    }
    telegrams = tuple(one.telegram for one in known.values())
    inputs = Inputs(now=question.at, status=status, telegrams=telegrams)
    found: dict[tuple[str, ...], InForce] = {}
    for telegram, entry, until in (*_weather(inputs, question), *_others(inputs, question)):
        name = speaking.name_of(telegram, entry)
        one = InForce(
            area=entry.code,
            area_name=entry.name,
            area_type=entry.code_type,
            hazard=entry.hazard,
            kind_code=entry.kind_code,
            kind_name=name,
            alert_level=entry.alert_level,
            change=entry.status,
            height=entry.height,
            arrival=entry.arrival,
            since=_since(telegram, entry, telegrams),
            valid_until=until,
            telegram=telegram,
            received_at=known[id(telegram)].received_at,
        )
        kind = "" if entry.alert_level is not None else name
        key = (entry.code_type, entry.code, entry.hazard, kind)
        if key not in found or (found[key].alert_level or 0) <= (one.alert_level or 0):
            found[key] = one
    return tuple(sorted(found.values(), key=lambda one: (-(one.alert_level or 0), one.area, one.hazard, one.kind_name)))


_Told = tuple[Telegram, TelegramArea, datetime | None]


def _weather(inputs: Inputs, question: Question) -> Iterator[_Told]:
    offices: dict[str, dict[str, Telegram]] = defaultdict(dict)
    for telegram in standing(inputs, speaking.series, STANDS).values():
        offices[issuer(telegram)][telegram.telegram or ""] = telegram
    for types in offices.values():
        for told in _places(types, question):
            yield from ((telegram, entry, None) for telegram, entry in speaking.in_force(types, told))


def _places(types: Mapping[str, Telegram], question: Question) -> Iterator[speaking.Told]:
    """For each place that is asked about, what a telegram says of it: one hazard never speaks for another place."""
    if question.place is not None:
        place = question.place
        yield lambda telegram: _entries(telegram, codes_at(telegram, place))
        return
    for code in {entry.code: None for telegram in types.values() for entry in telegram.areas}:
        yield lambda telegram, code=code: _entries(telegram, {code})  # type: ignore[misc]


def _entries(telegram: Telegram, codes: set[str]) -> Iterator[TelegramArea]:
    yield from (entry for entry in telegram.areas if entry.code in codes and not is_over(entry))


def _others(inputs: Inputs, question: Question) -> Iterator[_Told]:
    for kind in _KINDS:
        for telegram in sorted(standing(inputs, kind.series, kind.stands).values(), key=order):
            until = kind.until(telegram)
            if until is None or until > question.at:
                for entry in telegram.areas:
                    if kind.holds(entry) and _concerns(telegram, entry, question.place):
                        yield telegram, entry, until
    yield from _volcanoes(inputs, question)
    yield from _notices(inputs, question)


def _volcanoes(inputs: Inputs, question: Question) -> Iterator[_Told]:
    """What stands of each volcano; a survey of all speaks for one entry by entry."""
    for state in volcanoes.standing(inputs.telegrams, question.at).values():
        for entry in state.telegram.areas:
            ours = entry.code_type != VOLCANO or entry.code == state.entry.code
            if ours and entry.kind_code not in CALM and _concerns(state.telegram, entry, question.place):
                yield state.telegram, entry, None


def _notices(inputs: Inputs, question: Question) -> Iterator[_Told]:
    """Short notices, each by its own name and for as long as it lasts."""
    for telegram in sorted(standing(inputs, short_notice.series, STANDS).values(), key=order):
        for entry in telegram.areas:
            if is_over(entry) or not _concerns(telegram, entry, question.place):
                continue
            for notice in short_notice.notices(telegram, entry):
                until = short_notice.valid_until(telegram, notice)
                if until > question.at:
                    yield telegram, replace(entry, hazard=notice.kind, kind_name=notice.name), until


def _concerns(telegram: Telegram, entry: TelegramArea, place: Whereabouts | None) -> bool:
    if place is None or entry.code in codes_at(telegram, place) or entry.code in place.sections:
        return True
    if entry.code_type == VOLCANO and entry.code in place.volcanoes:
        return True
    return len(place.code) == 7 and any(code[:5] == place.code[:5] for code in telegram.municipalities)


def _since(speaking_now: Telegram, entry: TelegramArea, telegrams: Sequence[Telegram]) -> datetime:
    """Back through the telegrams of the same series for as long as they say the same of the area."""
    same = (speaking_now.telegram, speaking_now.control_title, issuer(speaking_now), speaking_now.event_id)
    since = speaking_now.measured_at
    earlier = [
        one
        for one in telegrams
        if (one.telegram, one.control_title, issuer(one), one.event_id) == same and order(one) < order(speaking_now)
    ]
    for one in sorted(earlier, key=order, reverse=True):
        if not any(
            (told.code, told.kind_code, told.alert_level) == (entry.code, entry.kind_code, entry.alert_level)
            and not is_over(told)
            for told in one.areas
        ):
            break
        since = one.measured_at
    return since


def _of_type(code: str) -> Callable[[Telegram], str | None]:
    def series(telegram: Telegram) -> str | None:
        if (telegram.telegram or "") != code:
            return None
        return f"{code}|{telegram.event_id or issuer(telegram)}"

    return series


def _tsunami(telegram: Telegram) -> str | None:
    """Each telegram tells the state of every coast, by whatever earthquakes: the newest speaks for all of them."""
    return f"VTSE41|{issuer(telegram)}" if telegram.telegram == "VTSE41" else None


def _written(telegram: Telegram) -> datetime | None:
    """As long as the telegram itself says; None where it does not."""
    try:
        return instant(telegram.valid_datetime or "")
    except ValueError:
        return None


_ENDED = {"00", "50", "60"}  # 津波なし, 警報解除, 注意報解除
_KINDS = (
    _Kind(river_forecast.series, lambda _: None, lambda entry: not is_over(entry)),
    _Kind(_tsunami, _written, lambda entry: entry.kind_code not in _ENDED),
    *(
        _Kind(_of_type(code), _written, lambda entry: entry.code_type != VOLCANO, timedelta(hours=24))
        for code in ("VFVO53", "VFVO54", "VFVO55")
    ),
    _Kind(_of_type("VPFD61"), lambda telegram: telegram.measured_at + timedelta(days=1), lambda _: True),
)
