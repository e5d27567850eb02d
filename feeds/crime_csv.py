"""Crime as a table, in the layout of the police's open data: seven kinds of street theft, one row a case.

Columns are found by their names, in any order; further ones are kept. Blank is not told, for the police leave the block
away to protect people. A row without a day is refused with its line; the others count.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from feeds.crime_types import Crime
from feeds.crime_words import kind_of
from feeds.japan import JAPAN
from feeds.japanese_time import TimeError, normal, when
from feeds.records import Decoded, Message, Record, Rejected, Report

SCHEME = "crime_csv:"  # of what came by HTTP: crime_csv:GATEWAY
MAX_BYTES = 2 * 1024 * 1024
_CELL = 400  # characters
_NEEDED = ("罪名", "手口", "発生年月日(始期)")
_PLACE = ("都道府県(発生地)", "市区町村(発生地)", "町丁目(発生地)")


class CrimeCsv:
    """Files, and what came by ``POST /api/v1/reports/notices``. It takes no topic of a broker."""

    filters: tuple[str, ...] = ()
    name = "crime_csv"

    def accepts(self, topic: str) -> bool:
        """What came by HTTP, when it is read again."""
        return topic.startswith(SCHEME)

    def decode(self, message: Message) -> Decoded:
        """A report per row, in CP932 or UTF-8; each bad row is refused alone, with the head of the table beside it."""
        text = _text(message.payload)
        if isinstance(text, Rejected):
            return Decoded(rejected=(text,))
        table = csv.reader(io.StringIO(text, newline=""))
        records: list[Record] = []
        rejected: list[Rejected] = []
        try:
            head = next(table, [])
            columns = [normal(name).strip() for name in head]
            missing = [name for name in _NEEDED if name not in columns]
            if missing:
                what = f"the column {missing[0]} is missing; the first line names those of the police's open data"
                return Decoded(rejected=(Rejected(code="bad_columns", message=what, at="line 1"),))
            for row in table:
                if not any(cell.strip() for cell in row):
                    continue
                found = _row(columns, _issued(head, row), row, message)
                if isinstance(found, Report):
                    records.append(found)
                else:
                    code, what = found
                    member = _written(head, row)
                    rejected.append(Rejected(code=code, message=what, at=f"line {table.line_num}", member=member))
        except csv.Error as error:
            rejected.append(Rejected(code="bad_csv", message=f"not a table: {error}", at=f"line {table.line_num}"))
        if not records and not rejected:
            rejected.append(Rejected(code="empty", message="there are no rows below the names", at="line 2"))
        return Decoded(records=_numbered(records), rejected=tuple(rejected))


def _text(payload: bytes) -> str | Rejected:
    if len(payload) > MAX_BYTES:
        what = f"{len(payload)} bytes; at most {MAX_BYTES} are taken, cut the table"
        return Rejected(code="too_large", message=what, at=f"byte {MAX_BYTES}")
    for encoding in ("utf-8-sig", "cp932"):
        try:
            text = payload.decode(encoding)
        except UnicodeDecodeError as error:
            place = error.start
        else:
            if "\x00" not in text:
                return text
            place = payload.find(b"\x00")
    return Rejected(code="bad_encoding", message="neither UTF-8 nor CP932 (Shift_JIS)", at=f"byte {place}")


def _issued(head: Sequence[str], row: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """What is told, under the issuer's own names."""
    pairs = ((name.strip(), cell.strip()) for name, cell in zip(head, row, strict=False))
    return tuple((name, cell) for name, cell in pairs if name and cell)


def _row(
    columns: Sequence[str], issued: tuple[tuple[str, str], ...], row: Sequence[str], message: Message
) -> Report | tuple[str, str]:
    """The report of a row, or code and sentence."""
    if len(row) != len(columns):
        return "bad_row", f"{len(row)} fields, but {len(columns)} columns: is a comma or a quote lost?"
    told = {name: cell.strip() for name, cell in zip(columns, row, strict=True) if name and cell.strip()}
    if any(len(cell) > _CELL for cell in told.values()):
        return "bad_row", f"a field has more than {_CELL} characters"
    what = told.get("手口") or told.get("罪名", "")
    if not what:
        return "bad_row", "neither 手口 nor 罪名 is told"
    try:
        start, precision = _start(told, message.received_at)
    except TimeError as error:
        return "bad_time" if told.get("発生年月日(始期)") else "no_time", f"発生年月日(始期): {error}"
    crime = Crime(
        what=what,
        precision=precision,
        method=told.get("手口", ""),
        issuer=told.get("管轄警察署(発生地)", ""),
        municipality=told.get("市区町村(発生地)", ""),
        municipality_code=told.get("市区町村コード(発生地)", ""),
        town=told.get("町丁目(発生地)", ""),
        scene=told.get("発生場所", ""),
        parts=issued,
    )
    text = "\n".join(f"{name}：{cell}" for name, cell in issued)
    return Report(
        gateway=message.gateway,
        report_id=hashlib.sha256(text.encode()).hexdigest()[:32],
        kind=kind_of(what, told.get("罪名", "")),
        measured_at=start,
        text=text,
        place="".join(told.get(name, "") for name in _PLACE),
        confirmed=True,  # by its issuer
        source=crime.issuer,
        crime=crime,
    )


def _start(told: Mapping[str, str], received_at: datetime) -> tuple[datetime, Literal["hour", "day"]]:
    """The day must be told with its year; the hour may be blank or 不明."""
    day = told.get("発生年月日(始期)", "")
    if not day:
        raise TimeError("the day is not told, and none is invented")
    compact = normal(day)
    if compact.isdigit() and len(compact) == 8:
        compact = f"{compact[:4]}-{compact[4:6]}-{compact[6:]}"
    if not compact[:4].isdigit() and not compact.startswith(("令和", "平成")):
        raise TimeError(f"{day[:20]!r} has no year")
    start = when(compact.split()[0], received_at).start
    hour = normal(told.get("発生時(始期)", "")).removesuffix("台").removesuffix("時")
    if not (hour.isascii() and hour.isdigit() and int(hour) < 24):
        return start, "day"
    return (start.astimezone(JAPAN) + timedelta(hours=int(hour))).astimezone(UTC), "hour"


def _numbered(reports: Sequence[Record]) -> tuple[Record, ...]:
    """Two cases can read the same, two bicycles of one rack: the second gets a number, lest it be a repeat."""
    seen: dict[str, int] = {}
    found: list[Record] = []
    for one in reports:
        assert isinstance(one, Report)
        seen[one.report_id] = seen.get(one.report_id, 0) + 1
        again = seen[one.report_id]
        found.append(one if again == 1 else replace(one, report_id=f"{one.report_id}-{again}"))
    return tuple(found)


def _written(head: Sequence[str], row: Sequence[str]) -> str:
    """The row with the head above it: a table that can be read again alone."""
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows([head, row])
    return written.getvalue()
