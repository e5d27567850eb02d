"""What is known of the pictures of reports: which signs there were, and which pictures came before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.records import Report
from rules.reports.photo import ALIKE, Look, Sign, likeness, signs_of
from services.photos import Photo
from services.store.engine import insert
from services.store.tables_reports import photo_pairs, report_cases, report_photos

LOOKED_THROUGH = 2000  # newest pictures that a new one is compared with: 5 ms of a processor
_MOST_PAIRS = 20  # of one picture: whoever sends one a hundred times is known by then


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One picture of a report; ``others``: numbers of reports with the same, or one that looks so."""

    sha256: str
    signs: tuple[Sign, ...]
    others: Mapping[int, Sign]


@dataclass(frozen=True, slots=True)
class Seen:
    """When and where, as the sender told it; degrees, None where nobody did."""

    at: datetime
    lon: float | None
    lat: float | None


async def remember_of(
    connection: AsyncConnection, report: Report, pictures: Sequence[Photo], alike: int = ALIKE
) -> None:
    """:func:`remember` for a report that was kept just now."""
    number = await connection.scalar(select(report_cases.c.id).where(report_cases.c.key == report.key))
    if number is not None:
        await remember(connection, number, Seen(report.measured_at, report.lon, report.lat), pictures, alike)


async def remember(
    connection: AsyncConnection, number: int, seen: Seen, pictures: Sequence[Photo], alike: int = ALIKE
) -> None:
    """Keep the signs of the pictures of a case that was just begun, and flag both where one was there before.

    Call inside ``store.write()``.
    """
    status = await connection.scalar(select(report_cases.c.status).where(report_cases.c.id == number)) or ""
    for place, one in enumerate(pictures):
        signs = signs_of(one.original, seen.at, seen.lon, seen.lat)
        row = {
            "case": number,
            "place": place,
            "sha256": one.sha256,
            "sent_sha256": one.sent_sha256,
            "look": one.look.text if one.look else "",
            "signs": [sign.value for sign in signs],
        }
        pairs = await _pairs(connection, number, status, one, alike)
        await connection.execute(insert(connection, report_photos).values(row).on_conflict_do_nothing())
        for other, their_place, sign in pairs:
            for mine in ((number, place, other), (other, their_place, number)):
                told = dict(zip(("case", "place", "other"), mine, strict=True)) | {"sign": sign.value}
                await connection.execute(insert(connection, photo_pairs).values(told).on_conflict_do_nothing())


async def of_cases(connection: AsyncConnection, numbers: Iterable[int]) -> dict[int, list[Known]]:
    """The pictures of these reports, in their order."""
    wanted = sorted(set(numbers))
    others: dict[tuple[int, int], dict[int, Sign]] = {}
    for row in await connection.execute(select(photo_pairs).where(photo_pairs.c.case.in_(wanted))):
        others.setdefault((row.case, row.place), {})[row.other] = Sign(row.sign)
    found: dict[int, list[Known]] = {}
    statement = select(report_photos).where(report_photos.c.case.in_(wanted))
    for row in await connection.execute(statement.order_by(report_photos.c.case, report_photos.c.place)):
        known = Known(
            sha256=row.sha256,
            signs=tuple(Sign(one) for one in row.signs),
            others=others.get((row.case, row.place), {}),
        )
        found.setdefault(row.case, []).append(known)
    return found


async def _pairs(
    connection: AsyncConnection, number: int, status: str, one: Photo, alike: int
) -> list[tuple[int, int, Sign]]:
    """Case, place and sign of pictures of other reports that are the same or look so. Never across a drill's border."""
    table = report_photos
    mine = (table.c.case != number, report_cases.c.id == table.c.case, report_cases.c.status == status)
    columns = (table.c.case, table.c.place, table.c.look)
    same_file = (table.c.sent_sha256 == one.sent_sha256) | (table.c.sha256 == one.sha256)
    before = select(*columns).where(*mine).order_by(table.c.case.desc())
    same = await connection.execute(before.where(same_file).limit(_MOST_PAIRS))
    found = {(row.case, row.place): Sign.SAME_FILE for row in same}
    if one.look is not None:
        for row in await connection.execute(before.limit(LOOKED_THROUGH)):
            sign = likeness(one.look, Look.of(row.look), alike) if row.look else None
            if sign is not None and len(found) < _MOST_PAIRS:
                found.setdefault((row.case, row.place), sign)
    return [(case, place, sign) for (case, place), sign in found.items()]
