"""The sheets as PDF on A4, with the Japanese font that every PDF reader brings along (ADR 27)."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import LongTable, PageBreak, Paragraph, SimpleDocTemplate, Spacer

from feeds.japan import stated
from services.ledger.sheets import Cell, Column, Sheet, widths, written_as

_FONT = "HeiseiKakuGo-W5"  # of the Adobe-Japan1 set: named, not embedded
_MARGIN = 12 * mm
_SIZE = 7.5
_SHORT = 5  # characters that fit into any column


def as_pdf(sheets: Sequence[Sheet], made_at: datetime) -> bytes:
    """All tables, each from a new page, headings on every page."""
    _register()
    out, plain = io.BytesIO(), _style(_SIZE)
    parts: list[object] = []
    for sheet in sheets:
        parts += [PageBreak()] if parts else []
        parts += [Paragraph(escape(sheet.title), _style(13)), Paragraph(escape(sheet.note), plain), Spacer(1, 3 * mm)]
        parts.append(_table(sheet) if sheet.rows else Paragraph("記録はありません。 / No entries.", plain))
    document = SimpleDocTemplate(
        out,
        pagesize=landscape(A4),
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=_MARGIN,
        bottomMargin=_MARGIN + 4 * mm,
        title=sheets[0].title,
        lang="ja",
        invariant=1,  # the same tables give the same bytes
    )
    words = f"{sheets[0].title}　作成 {stated(made_at)}"

    def foot(canvas: Canvas, _: object) -> None:
        canvas.setFont(_FONT, _SIZE)
        canvas.drawString(_MARGIN, _MARGIN, words)
        canvas.drawRightString(landscape(A4)[0] - _MARGIN, _MARGIN, str(canvas.getPageNumber()))

    document.build(parts, onFirstPage=foot, onLaterPages=foot)
    return out.getvalue()


def _table(sheet: Sheet) -> LongTable:
    style = _style(_SIZE)
    right = ParagraphStyle("right", parent=style, alignment=TA_RIGHT)
    head = [
        Paragraph(f"{escape(column.ja)}<br/>{escape(column.en)}", right if column.right else style)
        for column in sheet.columns
    ]
    rows = (*sheet.rows, *sheet.sums)
    body = [[_cell(value, column, style) for value, column in zip(row, sheet.columns, strict=True)] for row in rows]
    needed = widths(sheet)
    share = (landscape(A4)[0] - 2 * _MARGIN) / (sum(needed) + len(needed))
    look = [
        ("FONT", (0, 0), (-1, -1), _FONT, _SIZE),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, colors.black),
        ("LINEBELOW", (0, 1), (-1, -1), 0.25, colors.lightgrey),
        *(("ALIGN", (n, 1), (n, -1), "RIGHT") for n, column in enumerate(sheet.columns) if column.right),
        *((("LINEABOVE", (0, -len(sheet.sums)), (-1, -len(sheet.sums)), 0.8, colors.black),) if sheet.sums else ()),
        *((f"{side}PADDING", (0, 0), (-1, -1), 2) for side in ("LEFT", "RIGHT", "TOP", "BOTTOM")),
    ]
    return LongTable([head, *body], colWidths=[share * (one + 1) for one in needed], repeatRows=1, style=look)


def _cell(value: Cell, column: Column, style: ParagraphStyle) -> object:
    text = written_as(value, column)
    broken = isinstance(value, str) and len(text) > _SHORT  # only what must be broken costs so much
    return Paragraph(escape(text), style) if broken else text


def _style(size: float) -> ParagraphStyle:
    return ParagraphStyle(f"ja{size}", fontName=_FONT, fontSize=size, leading=size * 1.4, wordWrap="CJK")


@cache
def _register() -> None:
    pdfmetrics.registerFont(UnicodeCIDFont(_FONT))
