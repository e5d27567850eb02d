"""The sheets as one workbook. Text is written as text: nothing in it is ever a formula or a link."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime

import xlsxwriter

from services.ledger.sheets import Sheet

_DAY_S = 86_400
_FORMATS = {"time": "[h]:mm:ss", "number": "#,##0.0", "yen": "#,##0", "text": "@"}
_HEAD = {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "bg_color": "#E8EEF4"}


def as_xlsx(sheets: Sequence[Sheet], made_at: datetime) -> bytes:
    """A workbook with a tab for each sheet; headings stay in sight, times are times and add up."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": sheets[0].title, "created": made_at.replace(tzinfo=None)})
        formats = {kind: book.add_format({"num_format": code}) for kind, code in _FORMATS.items()}
        head, bold = book.add_format(_HEAD), book.add_format({"bold": True, "font_size": 14})
        for sheet in sheets:
            tab = book.add_worksheet(sheet.name[:31])
            tab.set_landscape()
            tab.set_paper(9)  # A4
            tab.fit_to_pages(1, 0)
            tab.repeat_rows(2)
            tab.set_footer(f"&L{sheet.title}&R&P / &N")
            tab.write_string(0, 0, sheet.title, bold)
            tab.write_string(1, 0, sheet.note)
            tab.freeze_panes(3, 0)
            for place, column in enumerate(sheet.columns):
                tab.write_string(2, place, f"{column.ja}\n{column.en}", head)
                tab.set_column(place, place, 12 if column.kind != "text" else 16)
            for line, row in enumerate(sheet.rows, 3):
                for place, (value, column) in enumerate(zip(row, sheet.columns, strict=True)):
                    if value is None:
                        continue
                    if column.kind == "text":
                        tab.write_string(line, place, str(value), formats["text"])
                    else:
                        number = float(value) / _DAY_S if column.kind == "time" else float(value)
                        tab.write_number(line, place, number, formats[column.kind])
    return out.getvalue()
