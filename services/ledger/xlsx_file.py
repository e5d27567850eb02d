"""The sheets as one workbook. Text is written as text: nothing in it is ever a formula or a link."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import TypeAlias

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from feeds.japan import JAPAN
from services.ledger.sheets import Sheet, widths

_UNITS = {"time": 86_400, "difference": 60}  # seconds of a day, and of a minute
_FORMATS = {
    "time": "[h]:mm:ss",
    "difference": '+#,##0.0"分";-#,##0.0"分";0"分"',
    "number": "#,##0.00",
    "yen": "#,##0",
    "rate": "#,##0",
    "text": "@",
    "day": "yyyy-mm-dd",
    "moment": "yyyy-mm-dd hh:mm:ss",
}
_HEAD = {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "bg_color": "#E8EEF4"}
_FIRST = 3  # the line of the first row, below title, note and headings
_Looks: TypeAlias = Mapping[tuple[str, bool], Format]  # by kind, and whether it is a sum


def as_xlsx(sheets: Sequence[Sheet], made_at: datetime) -> bytes:
    """A workbook with a tab for each sheet; headings stay in sight. Times, days and moments (of Japan) are no text.

    Sums are figures, not formulas: a row that is taken out does not change what was approved.
    """
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": sheets[0].title, "created": made_at.replace(tzinfo=None)})
        looks = {
            (kind, total): book.add_format({"num_format": code} | ({"bold": True, "top": 1} if total else {}))
            for kind, code in _FORMATS.items()
            for total in (False, True)
        }
        heads = {right: book.add_format(_HEAD | ({"align": "right"} if right else {})) for right in (False, True)}
        for sheet in sheets:
            tab = book.add_worksheet(sheet.name[:31])
            tab.write_string(0, 0, sheet.title, book.add_format({"bold": True, "font_size": 14}))
            tab.write_string(1, 0, sheet.note)
            for place, (column, width) in enumerate(zip(sheet.columns, widths(sheet), strict=True)):
                tab.write_string(2, place, f"{column.ja}\n{column.en}", heads[column.right])
                tab.set_column(place, place, width + 2)
            _paper(tab, sheet)
            _rows(tab, sheet, looks)
    return out.getvalue()


def _paper(tab: Worksheet, sheet: Sheet) -> None:
    tab.set_landscape()
    tab.set_paper(9)  # A4
    tab.fit_to_pages(1, 0)
    tab.repeat_rows(2)
    tab.set_footer(f"&L{sheet.title}&R&P / &N")
    tab.freeze_panes(_FIRST, 0)
    if sheet.rows:
        tab.autofilter(_FIRST - 1, 0, _FIRST - 1 + len(sheet.rows), len(sheet.columns) - 1)


def _rows(tab: Worksheet, sheet: Sheet, looks: _Looks) -> None:
    for line, row in enumerate((*sheet.rows, *sheet.sums), _FIRST):
        total = line >= _FIRST + len(sheet.rows)
        for place, (value, column) in enumerate(zip(row, sheet.columns, strict=True)):
            look = looks[column.kind, total]
            if value is None:
                if total:
                    tab.write_blank(line, place, None, look)
            elif isinstance(value, datetime):  # a cell knows no zone: the heading names it
                tab.write_datetime(line, place, value.astimezone(JAPAN).replace(tzinfo=None), look)
            elif isinstance(value, date):
                tab.write_datetime(line, place, datetime.combine(value, time()), look)
            elif isinstance(value, str):
                tab.write_string(line, place, value, looks["text", total])
            else:
                tab.write_number(line, place, value / _UNITS.get(column.kind, 1), look)
