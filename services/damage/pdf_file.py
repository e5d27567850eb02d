"""A form as PDF on A4, with the Japanese font that every PDF reader brings along (ADR 27)."""

from __future__ import annotations

import io
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table
from reportlab.platypus.doctemplate import LayoutError

from rules.damage.grid import Cell, Grid, Look

_FONT = "HeiseiKakuGo-W5"  # of the Adobe-Japan1 set: named, not embedded
_MARGIN = 10 * mm
_SIZE = 7.0
_GREY, _YELLOW = colors.HexColor("#EDEDED"), colors.HexColor("#FFF2CC")
_WIDE = 110  # half-width characters from which on the paper lies on its side


def as_pdf(grid: Grid) -> bytes:
    """The form; long boxes go on on the next page. The same form gives the same bytes."""
    pdfmetrics.registerFont(UnicodeCIDFont(_FONT))
    try:
        return _laid(grid, within_rows=False)
    except LayoutError:  # a box that is longer than a page
        return _laid(grid, within_rows=True)


def _laid(grid: Grid, *, within_rows: bool) -> bytes:
    """The title, with the mark of a drill, stands on every page."""
    paper = landscape(A4) if sum(grid.widths) > _WIDE else A4
    out, share = io.BytesIO(), (paper[0] - 2 * _MARGIN) / sum(grid.widths)
    body: list[list[object]] = [["" for _ in grid.widths] for _ in range(grid.rows)]
    look: list[tuple[object, ...]] = [("VALIGN", (0, 0), (-1, -1), "MIDDLE")]
    look += [(f"{side}PADDING", (0, 0), (-1, -1), 1.5) for side in ("LEFT", "RIGHT", "TOP", "BOTTOM")]
    for cell in grid.cells:
        body[cell.row][cell.column] = Paragraph(escape(cell.text).replace("\n", "<br/>"), _style(cell.look))
        look += _drawn(cell)
    document = SimpleDocTemplate(
        out,
        pagesize=paper,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=_MARGIN,
        bottomMargin=_MARGIN + 4 * mm,
        title=grid.title,
        lang="ja",
        invariant=1,
    )

    def foot(canvas: Canvas, _: object) -> None:
        canvas.setFont(_FONT, _SIZE)
        canvas.drawString(_MARGIN, _MARGIN, grid.title)
        canvas.drawRightString(paper[0] - _MARGIN, _MARGIN, str(canvas.getPageNumber()))

    table = Table(
        body, colWidths=[share * one for one in grid.widths], style=look, repeatRows=1, splitInRow=int(within_rows)
    )
    document.build([table], onFirstPage=foot, onLaterPages=foot)
    return out.getvalue()


def _drawn(cell: Cell) -> list[tuple[object, ...]]:
    first = (cell.column, cell.row)
    last = (cell.column + cell.columns - 1, cell.row + cell.rows - 1)
    drawn: list[tuple[object, ...]] = [("SPAN", first, last)] if first != last else []
    if cell.look is not Look.TITLE:
        drawn.append(("BOX", first, last, 0.5, colors.black))
    if cell.look in (Look.HEAD, Look.FILL):
        drawn.append(("BACKGROUND", first, last, _GREY if cell.look is Look.HEAD else _YELLOW))
    return drawn


def _style(look: Look) -> ParagraphStyle:
    size = 12 if look is Look.TITLE else _SIZE
    place = {Look.FIGURE: TA_RIGHT, Look.HEAD: TA_CENTER}.get(look, 0)
    return ParagraphStyle(
        f"form-{look}", fontName=_FONT, fontSize=size, leading=size * 1.35, wordWrap="CJK", alignment=place
    )
