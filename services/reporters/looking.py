"""A look at how a sender can be reached: written down in the transaction that opens it, so that none is unseen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.contact import covered
from feeds.status import Status
from services.keyring import KeyringError
from services.reporters.purpose import Purpose
from services.store import chronology, looks, report_cases, reporters, requests
from services.store.chronology import Entry
from services.store.engine import Store
from services.store.looks import Look
from services.store.reporters import Told

_LONGEST = 200  # characters of a note


class LookError(Exception):
    """Nothing was shown; ``code`` is for programs, the text for the officer."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose contact: of the report with this case, or of this request."""

    case: int = 0
    request: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """Who looks, by which way (page, api, cli, export), for what, and when (hub time)."""

    who: str
    how: str
    purpose: Purpose
    note: str = ""
    at: datetime


async def about_of(connection: AsyncConnection, wanted: Wanted) -> tuple[str, Status]:
    """By what name it is kept apart, and whether it is a drill. Raises LookError not_found."""
    if wanted.case:
        case = await report_cases.find(connection, wanted.case)
        if case is not None:
            return case.key, case.status
    else:
        found = await requests.by_ids(connection, [str(wanted.request)], list(Status))
        if found:
            return requests.about(wanted.request), found[0].status
    raise LookError("not_found", "その番号の通報・依頼はありません。 / There is no report or request of this number.")


async def look(store: Store, wanted: Wanted, by: By) -> list[Told]:
    """All that is kept of the sender, after it has been written down who saw it. Raises LookError.

    What cannot be opened is nobody's to see, and no look: ``sealed`` names the key that is missing.
    """
    async with store.write() as connection:
        about, status = await about_of(connection, wanted)
        ring = reporters.keyring_of(connection)
        rows = await reporters.of(connection, about)
        if not rows:
            raise LookError("nothing", "連絡先は残っていません。 / Nothing is kept of the sender.")
        if ring is None:
            raise LookError("sealed", "鍵がないため開けません（[reporters] key）。 / The key is not here.")
        try:
            told = [reporters.opened(ring, row) for row in rows]
        except KeyringError as error:
            raise LookError("sealed", f"開けません：{error}") from error
        await write_down(connection, about, status, by, sorted({name for one in told for name in one.members}))
    return told


async def write_down(connection: AsyncConnection, about: str, status: Status, by: By, members: Sequence[str]) -> None:
    """In the log of looks, and in the chronology, whose chain shows where somebody took a line out of the log."""
    note = covered(by.note.strip()[:_LONGEST]).text
    one = Look(
        at=by.at, who=by.who, about=about, status=status, purpose=by.purpose.value, note=note, how=by.how,
        members=tuple(members),
    )  # fmt: skip
    await looks.add(connection, one)
    text = f"通報者の連絡先を見た（{by.purpose.ja}）"
    refs = {"about": about, "purpose": by.purpose.value, "how": by.how}
    await chronology.append(
        connection, [Entry(at=by.at, status=status, kind="report", who=by.who, text=text, refs=refs)]
    )
