"""A form as boxes on a grid, before anybody decides which file it goes into: a workbook, paper, a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from feeds.japan import JAPAN
from feeds.status import Status
from rules.damage.items import ITEMS, Group, Item
from rules.damage.report import TO_FILL, Filled
from rules.marks import MARKS

NOBODY = "－"  # of an item that nobody has spoken of: it is no zero


class Look(StrEnum):
    """What a box is."""

    TITLE = "title"
    HEAD = "head"  # printed on the form
    TEXT = "text"  # filled in, words
    FIGURE = "figure"  # filled in, on the right
    FILL = "fill"  # 要記入


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One box: rows and columns count from 0. ``tall``: lines that its text needs at least."""

    row: int
    column: int
    rows: int = 1
    columns: int = 1
    text: str = ""
    look: Look = Look.TEXT

    @property
    def tall(self) -> int:
        return self.text.count("\n") + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A whole form. ``widths``: of the columns, in half-width characters."""

    title: str
    widths: tuple[int, ...]
    cells: tuple[Cell, ...]

    @property
    def rows(self) -> int:
        return max(cell.row + cell.rows for cell in self.cells)


@dataclass
class Drawing:
    """A form while it is drawn, line by line."""

    width: int  # columns
    cells: list[Cell] = field(default_factory=list)
    row: int = 0

    def line(self, *boxes: tuple[str, int, Look]) -> None:
        """Boxes side by side: text, columns, look. What is left over stays empty."""
        column = 0
        for text, columns, look in boxes:
            self.cells.append(Cell(row=self.row, column=column, columns=columns, text=text, look=_look(text, look)))
            column += columns
        self.row += 1

    def box(self, label: str, text: str, label_columns: int) -> None:
        """A heading with what is filled in beside it, over the whole width."""
        self.line((label, label_columns, Look.HEAD), (text, self.width - label_columns, Look.TEXT))

    def at(self, row: int, column: int, text: str, look: Look, *, rows: int = 1, columns: int = 1) -> None:
        """A box anywhere."""
        box = {"row": row, "column": column, "rows": rows, "columns": columns}
        self.cells.append(Cell(**box, text=text, look=_look(text, look)))


def _look(text: str, look: Look) -> Look:
    return Look.FILL if TO_FILL in text and look is not Look.HEAD else look


def figure(of: Filled, item: Item, *, short: bool = False) -> str:
    """The number, with what else is known of: 「3（ほか未確認2）」. ``short``: the number alone."""
    steps = of.figures.get(item.key)
    told = NOBODY if steps is None else item.told(steps)
    if short:
        return told
    more = doubts(of, item)
    if not more:
        return told
    return more if steps is None else f"{told}（ほか{more}）"


def doubts(of: Filled, item: Item) -> str:
    """「未確認2・調査中1件」; empty where all is sure."""
    parts = []
    if item.key in of.unconfirmed:
        parts.append(f"未確認{item.told(of.unconfirmed[item.key])}")
    if many := of.counting.get(item.key):
        parts.append(f"調査中{many}件")
    return "・".join(parts)


def change(of: Filled, item: Item) -> str:
    """By how much it differs from the report before; empty where there was none, or nothing changed."""
    if of.before is None:
        return ""
    now, before = of.figures.get(item.key), of.before.figures.get(item.key)
    if now is None and before is None:
        return ""
    step = (now or 0) - (before or 0)
    if now is None:
        return "記載なしに"
    return f"{'+' if step > 0 else '-' if step < 0 else '±'}{item.told(abs(step))}"


def known_sum(figures: Mapping[str, int], keys: Sequence[str]) -> int | None:
    """Of what is known of these; None where nothing is."""
    known = [figures[key] for key in keys if key in figures]
    return sum(known) if known else None


def clock(at: datetime | None) -> str:
    """「11月20日 18時05分」 in Japan's time."""
    if at is None:
        return ""
    there = at.astimezone(JAPAN)
    return f"{there.month}月{there.day}日 {there.hour}時{there.minute:02}分"


def long_clock(at: datetime) -> str:
    """With its year."""
    return f"{at.astimezone(JAPAN).year}年{clock(at)}"


def marked(of: Filled, text: str) -> str:
    """Never without the mark of a drill."""
    return text if of.status is Status.ACTUAL else f"{MARKS[of.status][0]}{text}"


def items(*groups: Group) -> list[Item]:
    """The items of these blocks, in order."""
    return [one for one in ITEMS if one.group in groups]
