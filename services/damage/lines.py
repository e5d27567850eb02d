"""How many lines each row of a form needs, so that no text is cut off in a file."""

from __future__ import annotations

from unicodedata import east_asian_width

from rules.damage.grid import Cell, Grid


def lines_of(grid: Grid) -> dict[int, int]:
    """Row → lines, of boxes that are one row high."""
    found = dict.fromkeys(range(grid.rows), 1)
    for cell in grid.cells:
        if cell.rows == 1:
            found[cell.row] = max(found[cell.row], _lines(cell, grid))
    return found


def _lines(cell: Cell, grid: Grid) -> int:
    room = max(2, sum(grid.widths[cell.column : cell.column + cell.columns]) - 1)
    return sum(max(1, -(-_wide(line) // room)) for line in cell.text.split("\n"))


def _wide(text: str) -> int:
    return sum(2 if east_asian_width(letter) in "WFA" else 1 for letter in text)
