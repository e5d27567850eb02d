"""Mapping files: how strange JSON and CSV become readings, and what a device's words mean. TOML, one file or several.

A path is JMESPath (https://jmespath.org) within the record, or within the whole message where it begins with ``$.``; in
CSV it is the name of a column. The keys are explained in ``docs/mappings.md``.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Annotated, Any, Literal

import jmespath
from jmespath.exceptions import JMESPathError
from pydantic import AfterValidator, Field, ValidationError, model_validator

from feeds.decimals import decimal
from feeds.instant import since_1970
from feeds.mapping_parts import Foretold, PathText, Position, Strict
from feeds.names import TABLE_ONLY, Named, Words
from feeds.quantities import QUANTITIES
from feeds.topics import filter_fault, is_name
from feeds.units import conversion

_PLAIN = re.compile(r"[^.\[\]{}()*|&@'\"`,:<>=!?\\$]+")  # a bare member, in any language
_ZONE = re.compile(r"[+-][0-9]{2}:[0-9]{2}")
FORMATS = ("iso", "epoch_s", "epoch_ms")


class MappingError(ValueError):
    """A mapping file that cannot be used; the text names the place and the cure."""


class Path:
    """A compiled path, or the name of a column. ``find`` gives None where nothing stands there."""

    def __init__(self, text: str, *, column: bool = False) -> None:
        self.text = text
        self.of_message = text.startswith("$.") and not column
        inner = text.removeprefix("$.") if self.of_message else text
        try:
            self._compiled = jmespath.compile(json.dumps(inner) if column or _PLAIN.fullmatch(inner) else inner)
        except JMESPathError as error:
            raise ValueError(
                f"{text!r} is no path ({str(error).splitlines()[0][:120]}); see https://jmespath.org"
            ) from None

    def find(self, record: Any, whole: Any) -> Any:
        """What stands there. A function of the path that the data do not fit finds nothing."""
        try:
            return self._compiled.search(whole if self.of_message else record)
        except JMESPathError:
            return None


def _zone(text: str) -> str:
    if not _ZONE.fullmatch(text):
        raise ValueError("write the offset like +09:00")
    return text


def _filter(text: str) -> str:
    fault = filter_fault(text)
    if fault:
        raise ValueError(fault)
    if text.partition("/")[0] in {"hub", "+", "#"}:
        raise ValueError(f"{text!r}: hub/… is read by the hub's own feeds, and a wildcard would take it from them")
    return text


class Level(Strict):
    """A level of the topic, counted from 0."""

    topic: int = Field(ge=0, le=31)


class Constant(Strict):
    """Always the same."""

    value: str = Field(min_length=1, max_length=64)


class Time(Strict):
    """Where the time stands and how it is written; ``zone`` holds where it has no offset of its own."""

    path: PathText
    format: str = "iso"  # iso, epoch_s, epoch_ms, or a pattern like %Y/%m/%d %H:%M
    zone: Annotated[str, AfterValidator(_zone)] = "+09:00"

    @model_validator(mode="after")
    def _known_format(self) -> Time:
        if self.format not in FORMATS and "%" not in self.format:
            raise ValueError(f"format is one of {', '.join(FORMATS)}, or a pattern like %Y/%m/%d %H:%M")
        return self

    @property
    def offset(self) -> timezone:
        sign = -1 if self.zone[0] == "-" else 1
        return timezone(sign * timedelta(hours=int(self.zone[1:3]), minutes=int(self.zone[4:6])))


class Value(Strict):
    """One measured value: its path, and the unit it is sent in."""

    path: PathText
    unit: str = Field(max_length=24)


class Long(Strict):
    """Records that hold one value each and name what it is: paths to the word, the value, and the unit if told."""

    word: PathText
    value: PathText
    unit: PathText | None = None


class MessageMapping(Strict):
    """How the messages of some topics are read."""

    name: str = Field(pattern=r"^[a-z0-9_-]{1,64}$")
    topic: Annotated[str, AfterValidator(_filter)] = ""  # empty: for a poller or files only
    format: Literal["json", "csv"] = "json"
    encoding: Literal["utf-8", "cp932"] = "utf-8"
    skip_lines: int = Field(default=0, ge=0, le=100)  # before the line of column names, in CSV
    records: PathText | None = None  # where the records stand; empty: the message is one, or an array of them
    station: PathText | Level | Constant
    time: Time | None = None  # None: the time of receipt, and marked as such
    missing: tuple[float | str, ...] = ()  # what is sent where there is no value
    values: dict[str, Value] = Field(default_factory=dict)
    long: Long | None = None
    fix: Position | None = None  # the station is then the vehicle
    forecast: Foretold | None = None  # the station is then the place, and the time that of issue

    @model_validator(mode="after")
    def _something_measured(self) -> MessageMapping:
        if sum(map(bool, (self.values, self.long, self.fix, self.forecast))) != 1:
            parts = "[message.values], [message.long], [message.fix] and [message.forecast]"
            raise ValueError(f"say what is told: one of {parts}")
        if self.fix and not self.time:
            raise ValueError("[message.fix] needs time: a place without its time would be one more at each poll")
        if self.forecast and not self.time:
            raise ValueError("[message.forecast] needs time, when it was issued: of two the newer counts")
        if self.records and self.format == "csv":
            raise ValueError("records is for JSON; the records of CSV are its lines")
        for quantity, value in self.values.items():
            _check_unit(quantity, value.unit)
        for text in self._paths():
            self.path(text)
        return self

    def path(self, text: str) -> Path:
        """One of the paths below, compiled."""
        return Path(text, column=self.format == "csv")

    def _paths(self) -> list[str]:
        long = (self.long.word, self.long.value, self.long.unit) if self.long else ()
        parts = self.fix or self.forecast
        places = parts.paths.values() if parts else ()
        single = (self.records, self.station, self.time.path if self.time else None, *long, *places)
        return [one for one in single if isinstance(one, str)] + [value.path for value in self.values.values()]


class WordMapping(Strict):
    """What a word of a device means, everywhere or at one station; or that it is to be passed over."""

    word: str = Field(min_length=1, max_length=128)
    station: str = Field(default="", max_length=64)
    quantity: str = ""
    unit: str = Field(default="", max_length=24)
    ignore: bool = False

    @model_validator(mode="after")
    def _a_meaning(self) -> WordMapping:
        if self.ignore == bool(self.quantity):
            raise ValueError("say either quantity and unit, or ignore = true")
        if not self.ignore:
            _check_unit(self.quantity, self.unit)
        return self


class _File(Strict):
    message: tuple[MessageMapping, ...] = ()
    word: tuple[WordMapping, ...] = ()


@dataclass(frozen=True, slots=True)
class Mappings:
    """Everything the files say."""

    messages: tuple[MessageMapping, ...] = ()
    words: Words = TABLE_ONLY


def read_mappings(texts: Iterable[tuple[str, str]]) -> Mappings:
    """The mappings of ``(name of file, TOML text)``. MappingError names file, place and cure."""
    messages: dict[str, MessageMapping] = {}
    words: dict[tuple[str, str], Named | None] = {}
    for name, text in texts:
        for message in (file := _file(name, text)).message:
            if message.name in messages:
                raise MappingError(f"{name}: message {message.name!r} stands there twice; call one of them otherwise")
            messages[message.name] = message
        for word in file.word:
            words[word.station, word.word] = None if word.ignore else Named(word.quantity, word.unit)
    return Mappings(tuple(messages.values()), Words(words))


def _file(name: str, text: str) -> _File:
    try:
        return _File.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise MappingError(f"{name}: {error}") from None
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_input=False))
        raise MappingError(f"{name}: {faults}") from None


def _check_unit(quantity: str, unit: str) -> None:
    if not is_name(quantity) or quantity not in QUANTITIES:
        raise ValueError(f"{quantity!r} is no quantity of the hub; use one of {', '.join(QUANTITIES)}")
    if conversion(unit, QUANTITIES[quantity].unit) is None:
        raise ValueError(f"{unit!r} is no unit of {quantity}; it is kept in {QUANTITIES[quantity].unit or 'no unit'}")


def moment(text: object, time: Time) -> datetime:
    """The time as the mapping says it is written. ValueError, with the cure, where it is not."""
    if time.format in {"epoch_s", "epoch_ms"}:
        return _counted(text, 1.0 if time.format == "epoch_s" else 0.001)
    if not isinstance(text, str | int) or isinstance(text, bool) or not str(text).strip().isprintable():
        raise ValueError(f"{str(text)[:40]!r} is no time")
    written, days = _midnight(str(text).strip())
    try:
        found = datetime.fromisoformat(written) if time.format == "iso" else _by_pattern(written, time.format)
        there = found if found.tzinfo else found.replace(tzinfo=time.offset)
        return (there + timedelta(days=days)).astimezone(timezone.utc)  # noqa: UP017 - beside timezone()
    except (ValueError, OverflowError):
        raise ValueError(f"{str(text)[:40]!r} is not written as {time.format}") from None


def _by_pattern(text: str, pattern: str) -> datetime:
    return datetime.strptime(text, pattern)  # noqa: DTZ007 - the zone is added by the caller


def _midnight(text: str) -> tuple[str, int]:
    """Japanese tables end a day at 24:00."""
    return re.sub(r"(?<![0-9:])24(?=:?00)", "00", text, count=1), int(bool(re.search(r"(?<![0-9:])24:?00", text)))


def _counted(value: object, unit_s: float) -> datetime:
    try:
        found = since_1970(decimal(str(value).strip()), unit_s)
    except ValueError as error:
        raise ValueError(f"{str(value)[:40]!r} is no count of seconds since 1970 ({error})") from None
    assert found is not None
    return found
