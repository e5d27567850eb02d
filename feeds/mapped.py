"""Readings out of JSON and CSV that nobody wrote for us, as a mapping file says (``feeds/mapping.py``)."""

from __future__ import annotations

import csv
import io
import math
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from feeds.decimals import decimal
from feeds.device import joined, refused, station_name
from feeds.feed import ByFilter
from feeds.mapped_forecast import MappedForecast
from feeds.mapped_position import MappedPosition
from feeds.mapping import Constant, Level, MessageMapping, moment
from feeds.members import BadMember
from feeds.names import TABLE_ONLY, Named, Words
from feeds.quantities import QUANTITIES
from feeds.records import Decoded, Flag, Message, Reading, Record, Rejected
from feeds.safe_json import read_json
from feeds.status import Status

SCHEME = "source:"  # of what a poller fetches, which comes by no topic: source:NAME/STATUS
_MAX_BYTES = 8 * 1024 * 1024  # a table of all gauges of a prefecture; the broker itself takes far less
_FIELD_AT_MOST = 4096  # characters


class Mapped(ByFilter):
    """The messages of one ``[[message]]``. Called by its name on the command line and by a poller."""

    def __init__(self, mapping: MessageMapping, words: Words = TABLE_ONLY) -> None:
        self.name, self._mapping, self._words = mapping.name, mapping, words
        self.filters = (mapping.topic,) if mapping.topic else ()
        path = mapping.path
        self._records = path(mapping.records) if mapping.records else None
        self._station = path(mapping.station) if isinstance(mapping.station, str) else None
        self._time = path(mapping.time.path) if mapping.time else None
        self._values = [(Named(name, one.unit), path(one.path)) for name, one in mapping.values.items()]
        long = mapping.long
        self._long = (path(long.word), path(long.value), path(long.unit) if long.unit else None) if long else None
        self._position = MappedPosition(mapping.fix, path) if mapping.fix else None
        self._forecast = MappedForecast(mapping, path) if mapping.forecast else None
        self._missing = frozenset(_marker(one) for one in mapping.missing)

    def accepts(self, topic: str) -> bool:
        """Its topics, and what a poller of its name fetched."""
        return topic.startswith(f"{SCHEME}{self.name}/") or super().accepts(topic)

    def decode(self, message: Message) -> Decoded:
        """A reading per value; each bad record or value is refused by itself.

        What a source that is not real has brought stays unreal, also when it is read again years later.
        """
        decoded = self._decode(message)
        most = _status_of(message.topic)
        return replace(
            decoded, records=tuple(replace(one, status=one.status.stricter(most)) for one in decoded.records)
        )

    def _decode(self, message: Message) -> Decoded:
        try:
            whole, records = self._read(message.payload)
        except BadMember as bad:
            return refused(bad)
        if isinstance(whole, Rejected):
            return Decoded(rejected=(whole,))
        return joined([self._record(one, whole, message, at) for at, one in records])

    def _read(self, payload: bytes) -> tuple[Any, list[tuple[str, Any]]]:
        """The whole message and its records with their places; or the refusal instead of the message."""
        if self._mapping.format == "csv":
            rows = list(_rows(payload, self._mapping))
            return None, rows
        whole = read_json(payload, _MAX_BYTES)
        if isinstance(whole, Rejected):
            return whole, []
        found = self._records.find(whole, whole) if self._records else whole
        if found is None:
            where = f"at {self._records.text!r}" if self._records else "in it but null"
            raise BadMember("no_records", f"nothing stands {where}: has the format changed?")
        if not isinstance(found, list):
            return whole, [("", found)]
        if not found and not self._position:  # no vehicle has moved since it was asked last: that is no fault
            raise BadMember("empty", "there are no records in it")
        return whole, [(f"/{place}", one) for place, one in enumerate(found)]

    def _record(self, record: Any, whole: Any, message: Message, at: str) -> Decoded:
        try:
            station = station_name(self._station_of(record, whole, message.topic), "station")
            measured_at = self._time_of(record, whole)
            if self._position:
                assert measured_at is not None  # a mapping of places names the time
                return Decoded(records=(self._position.fix(record, whole, message.gateway, station, measured_at),))
            if self._forecast:
                assert measured_at is not None  # and one of forecasts that of issue
                return Decoded(records=(self._forecast.read(record, whole, message.gateway, station, measured_at),))
        except BadMember as bad:
            return refused(bad, at)
        records: list[Record] = []
        rejected: list[Rejected] = []
        for meaning, found, where in self._measured(record, whole, station):
            try:
                value = self._number(found)
            except BadMember as bad:
                rejected.append(Rejected(code=bad.code, message=bad.message, at=f"{at}/{where}"[:256]))
                continue
            records.append(_reading(message, station, meaning, value, measured_at))
        if not records and not rejected:
            rejected.append(Rejected(code="no_value", message="none of the mapped values is there", at=at or "/"))
        return Decoded(records=tuple(records), rejected=tuple(rejected))

    def _measured(self, record: Any, whole: Any, station: str) -> Iterator[tuple[Named, Any, str]]:
        """(meaning, what stands there, place) of each value that is there at all."""
        for meaning, path in self._values:
            found = path.find(record, whole)
            if found is not None:
                yield meaning, found, path.text
        if self._long:
            word, value, unit = (path.find(record, whole) if path else None for path in self._long)
            meaning_of_word = self._words.of(station, str(word)[:128]) if isinstance(word, str | int) else None
            if meaning_of_word and value is not None:
                told = str(unit)[:24] if isinstance(unit, str) else meaning_of_word.unit
                yield Named(meaning_of_word.quantity, told), value, self._long[1].text

    def _station_of(self, record: Any, whole: Any, topic: str) -> str | None:
        source = self._mapping.station
        if isinstance(source, Constant):
            return source.value
        if isinstance(source, Level):
            levels = topic.split("/")
            return levels[source.topic] if source.topic < len(levels) else None
        assert self._station is not None
        found = self._station.find(record, whole)
        return str(found) if isinstance(found, str | int) and not isinstance(found, bool) else None

    def _time_of(self, record: Any, whole: Any) -> datetime | None:
        if self._time is None or self._mapping.time is None:
            return None
        found = self._time.find(record, whole)
        if found is None or found == "":
            raise BadMember("no_time", f"nothing stands at {self._time.text!r}", "time")
        try:
            return moment(found, self._mapping.time)
        except ValueError as error:
            raise BadMember("bad_time", str(error), "time") from None

    def _number(self, found: Any) -> float | None:
        """The value; None where the sender's own marker says that there is none."""
        if isinstance(found, bool) or not isinstance(found, int | float | str):
            raise BadMember("bad_value", f"a {type(found).__name__} stands where a number should be")
        if _marker(found) in self._missing:
            return None
        try:
            number = _written(found) if isinstance(found, str) else float(found)
        except (ValueError, OverflowError):
            what = f"{str(found)[:40]!r} is no number; where it stands for no value, name it in missing = [ … ]"
            raise BadMember("bad_value", what) from None
        if not math.isfinite(number):
            raise BadMember("bad_value", f"{str(found)[:40]} is no finite number")
        return number


def _status_of(topic: str) -> Status:
    """Of a poller's topic; Actual where the topic is not one."""
    told = topic.rpartition("/")[2] if topic.startswith(SCHEME) else ""
    return Status(told) if told in {status.value for status in Status} else Status.ACTUAL


def _written(text: str) -> float:
    """A number as tables write it, full-width or with commas between thousands. Raises ValueError."""
    return decimal(unicodedata.normalize("NFKC", text).strip().replace(",", ""))


def _marker(one: object) -> float | str:
    """A missing marker, so that -999, "-999" and "-999.0" are the same."""
    try:
        return float(str(one))
    except ValueError:
        return str(one).strip()


def _reading(
    message: Message, station: str, meaning: Named, value: float | None, measured_at: datetime | None
) -> Reading:
    known = QUANTITIES.get(meaning.quantity)
    flags = {
        Flag.MISSING: value is None,
        Flag.TIME_ASSUMED: measured_at is None,
        Flag.UNIT_ASSUMED: known is not None and bool(known.unit) and not meaning.unit,
    }
    return Reading(
        gateway=message.gateway or "mapped",
        station=station,
        quantity=meaning.quantity,
        value=value,
        unit=meaning.unit or (known.unit if known else ""),
        measured_at=measured_at or message.received_at,
        flags=frozenset(flag for flag, holds in flags.items() if holds),
    )


def _rows(payload: bytes, mapping: MessageMapping) -> Iterator[tuple[str, dict[str, str]]]:
    """The lines of a table by column name. BadMember where it cannot be read as one."""
    if len(payload) > _MAX_BYTES:
        raise BadMember("too_large", f"{len(payload)} bytes; at most {_MAX_BYTES} are read")
    try:
        text = payload.decode("utf-8-sig" if mapping.encoding == "utf-8" else mapping.encoding)
    except UnicodeDecodeError as error:
        raise BadMember("bad_encoding", f"this is not {mapping.encoding}: byte {error.start} cannot be read") from None
    table = csv.reader(io.StringIO(text, newline=""))
    try:
        for _ in range(mapping.skip_lines):
            next(table, None)
        columns = [name.strip() for name in next(table, [])]
        if len(set(columns)) < 2:
            raise BadMember("bad_csv", "there is no line of column names; see skip_lines")
        rows = [(f"line {table.line_num}", row) for row in table if any(row)]
    except csv.Error as error:
        raise BadMember("bad_csv", f"line {table.line_num}: {error}") from None
    if not rows:
        raise BadMember("empty", "there are no lines below the column names")
    for at, row in rows:
        cells = (cell.strip()[:_FIELD_AT_MOST] for cell in row)
        yield f"/{at}", {name: cell for name, cell in zip(columns, cells, strict=False) if cell}
