"""Handing 第４号様式 upward: what an officer looked at is frozen with its bytes, under the next number."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from rules.damage.record import DamageError
from rules.damage.report import BOXES, FORMS, LONGEST_BOX, Report
from services.damage.board import Board, look
from services.damage.files import written
from services.damage.filling import Found, fill
from services.damage.words import of_report
from services.store import chronology, damage_reports, damages
from services.store.engine import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A report as an officer wants it. ``seen``: what :func:`seen_of` said of the draft they looked at."""

    disaster: int
    form: int
    city: str
    person: str
    now: datetime
    boxes: Mapping[str, str]
    correction: str = ""
    seen: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """What would be handed over now."""

    board: Board
    found: Found
    seen: str


async def draft(connection: AsyncConnection, wish: Wish) -> Draft:
    """Nothing is written. Raises DamageError: not_found, bad_form, bad_boxes."""
    if wish.form not in FORMS:
        raise DamageError("bad_form", "様式は 1（その１）か 2（その２）です / form must be 1 or 2")
    unknown = sorted(wish.boxes.keys() - {one.key for one in BOXES})
    if unknown or any(len(text) > LONGEST_BOX for text in (*wish.boxes.values(), wish.correction)):
        text = f"記入欄は{LONGEST_BOX}字までで、{'、'.join(one.key for one in BOXES)} のどれかです"
        raise DamageError("bad_boxes", f"{text} / unknown box, or too long")
    found = await look(connection, wish.disaster, wish.now)
    if found is None:
        raise DamageError("not_found", f"災害 {wish.disaster} はありません / there is no disaster {wish.disaster}")
    filled = await fill(connection, found, wish.form, wish.city, wish.boxes, wish.now)
    filled = replace(filled, filled=replace(filled.filled, correction=wish.correction.strip()))
    return Draft(found, filled, await seen_of(connection, wish.disaster, filled.filled.number))


async def seen_of(connection: AsyncConnection, disaster: int, number: int) -> str:
    """Another as soon as anything of the register changed, or a report of this number was made."""
    version, acts = await damages.mark(connection, disaster)
    return f"{number}-{version}-{acts}"


async def hand_over(store: Store, wish: Wish) -> Report:
    """The report, frozen with its files. Raises DamageError as :func:`draft`, and changed."""
    async with store.read() as connection:
        made = await draft(connection, wish)
    if wish.seen is not None and wish.seen != made.seen:
        raise DamageError("changed", _CHANGED)
    filled = made.found.filled
    files = await asyncio.to_thread(written, filled)
    hashes = {kind: damage_reports.digest(data) for kind, data in files.items()}
    report = Report(disaster=wish.disaster, made_at=wish.now, made_by=wish.person, filled=filled, hashes=hashes)
    async with store.write() as connection:
        if await seen_of(connection, wish.disaster, filled.number) != made.seen:
            raise DamageError("changed", _CHANGED)
        if not await damage_reports.add(connection, report, files):
            raise DamageError("changed", _CHANGED)
        await chronology.append(connection, [of_report(report)])
    return report


_CHANGED = "表示のあとに被害の記録か報告が変わりました。見直してから、もう一度押してください / changed: look again"
