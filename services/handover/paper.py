"""A handover as PDF, by the one writer of tables. The mark of a drill stands in the foot of every sheet."""

from __future__ import annotations

from feeds.japan import written
from feeds.status import Status
from rules.handover.document import Document, Section
from services.ledger.pdf_file import as_pdf
from services.ledger.sheets import Column, Row, Sheet
from services.store.handovers import Handover

_COLUMNS = (Column("項目", "About"), Column("内容", "What"))
_MARKS = {"plain": "・", "mind": "▲ ", "bad": "■ "}


def paper(one: Handover) -> bytes:
    """The document with its signatures. The same one gives the same bytes."""
    of = one.document
    rows = [row for section in of.sections for row in _rows(section)]
    rows += [("申し送り" if n == 0 else "", line) for n, line in enumerate(of.words.splitlines() or ["ありません。"])]
    sheet = Sheet(name="引継書", title=of.title, columns=_COLUMNS, rows=tuple(rows), note=signatures(one))
    return as_pdf([sheet], one.made_at)


def signatures(one: Handover) -> str:
    """Who gave it and who took it, and the fingerprint by which it can be proven."""
    of = one.document
    taken = f"{one.taken_by}（{written(one.taken_at)}）" if one.taken_at else "まだ"
    return f"{of.period}　引き継ぐ人 {of.made_by}（{written(one.made_at)}）　受け取った人 {taken}　SHA-256 {one.sha256}"


def file_name(of: Document) -> str:
    """Never without the mark of a drill."""
    drill = "" if of.status is Status.ACTUAL else f"{of.status.value.lower()}-"
    return f"shirase-handover-{drill}no{of.number}.pdf"


def _rows(section: Section) -> list[Row]:
    told = [f"{_MARKS[one.weight.value]}{one.text}" for one in section.points] or [section.nothing]
    told += [f"ほか{section.more}件"] if section.more else []
    return [(section.ja if n == 0 else "", line) for n, line in enumerate(told)]
