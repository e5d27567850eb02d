"""The account as a file for download: which formats there are, what they are called."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from feeds.status import Status
from rules.marks import MARKS
from services.ledger.account import Account
from services.ledger.csv_file import as_csv
from services.ledger.pdf_file import as_pdf
from services.ledger.sheets import PARTS, Sheet, sheets
from services.ledger.xlsx_file import as_xlsx

TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}


def written(of: Account, kind: str, made_at: datetime, more: Sequence[Sheet] = ()) -> bytes:
    """The file. CSV holds the first table alone: what is paid, or for a month its totals.

    A month's smallest parts are in the workbook alone: on paper they are hundreds of pages.
    """
    tables = sheets(of, more)
    if kind == "csv":
        return as_csv(tables[0], MARKS[of.status][0])
    if kind == "xlsx":
        return as_xlsx(tables, made_at)
    return as_pdf([one for one in tables if of.since == of.until or one.name != PARTS], made_at)


def file_name(of: Account, kind: str) -> str:
    """Never without the mark of a drill."""
    mark = "" if of.status is Status.ACTUAL else f"{of.status.value.lower()}-"
    days = of.since.isoformat() if of.since == of.until else f"{of.since.isoformat()}_{of.until.isoformat()}"
    return f"shirase-ledger-{mark}{days}.{kind}"
