"""A form as a workbook: its boxes, one page wide. Text is written as text: nothing in it is a formula or a link."""

from __future__ import annotations

import io

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from rules.damage.grid import Cell, Grid, Look
from services.damage.lines import lines_of

_BOX: dict[str, object] = {
    "border": 1,
    "text_wrap": True,
    "valign": "vcenter",
    "font_name": "MS Gothic",
    "font_size": 10,
    "num_format": "@",
}
_LOOKS: dict[Look, dict[str, object]] = {
    Look.TITLE: {"bold": True, "font_size": 14, "border": 0},
    Look.HEAD: {"bg_color": "#EDEDED", "align": "center"},
    Look.TEXT: {"align": "left"},
    Look.FIGURE: {"align": "right"},
    Look.FILL: {"align": "left", "bg_color": "#FFF2CC", "font_color": "#9C0006"},
}
_LINE = 15.0  # points


def as_xlsx(grid: Grid, created: object) -> bytes:
    """One sheet on A4. Figures are text as the form shows them, with what is not sure beside."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": grid.title, "created": created})
        looks = {look: book.add_format(_BOX | more) for look, more in _LOOKS.items()}
        tab = book.add_worksheet("第4号様式")
        for column, width in enumerate(grid.widths):
            tab.set_column(column, column, width)
        for row, lines in lines_of(grid).items():
            tab.set_row(row, _LINE * lines + 4)
        for cell in grid.cells:
            _put(tab, cell, looks[cell.look])
        tab.set_paper(9)  # A4
        if sum(grid.widths) > 110:
            tab.set_landscape()
        tab.fit_to_pages(1, 0)
        tab.set_footer(f"&L{grid.title.replace('&', '&&')}&R&P / &N")
    return out.getvalue()


def _put(tab: Worksheet, cell: Cell, look: object) -> None:
    last = (cell.row + cell.rows - 1, cell.column + cell.columns - 1)
    if last != (cell.row, cell.column):
        tab.merge_range(cell.row, cell.column, *last, "", look)
    tab.write_string(cell.row, cell.column, cell.text, look)
