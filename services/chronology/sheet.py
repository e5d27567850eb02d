"""The chronology as a table, and as files that can be proven: each says what it leaves out, and its last link."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from feeds.japan import JAPAN, stated
from feeds.status import Status
from rules.cap_message import mark
from rules.chronology.groups import group_of
from rules.chronology.line import Line
from rules.marks import MARKS
from services.board_words import actor
from services.ledger.csv_file import as_csv, row_of
from services.ledger.pdf_file import as_pdf
from services.ledger.sheets import Column, Row, Sheet
from services.ledger.xlsx_file import as_xlsx

MOST = {"csv": 100_000, "xlsx": 20_000, "pdf": 3_000}  # lines: more is no file that anybody opens
COLUMNS = (
    Column("発生", "Happened", "moment"),
    Column("記録", "Entered", "moment"),
    Column("区分", "Status"),
    Column("分類", "Group"),
    Column("種類", "Kind"),
    Column("だれ", "Who"),
    Column("内容", "What", long=True),
    Column("訂正する行", "Corrects line"),
    Column("行", "Line"),
    Column("ハッシュ", "Hash"),
)
_WORLDS = {Status.ACTUAL: "本番", Status.EXERCISE: "訓練", Status.TEST: "試験"}


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What a file holds. ``last``: number and hash of the newest link of the chain when it was made."""

    city: str
    period: str
    sieve: str
    made_at: datetime
    last: tuple[int, str]
    drill: Status = Status.ACTUAL  # what all of it is; Actual where anything real may be in it

    @property
    def title(self) -> str:
        return f"{MARKS[self.drill][0]}{self.city} クロノロジー（{self.period}）"

    def note(self, cut: bool) -> str:
        """What has to be known to prove it later."""
        seq, digest = self.last
        head = "件数の上限で切れています。期間を分けてください。" if cut else ""
        made = stated(self.made_at)
        return f"{head}絞り込み：{self.sieve}。作成 {made}。記録の最後 {seq}行、SHA-256 {digest or 'なし'}"


def row(line: Line, kinds: dict[str, str]) -> Row:
    """A line as it stands in a table."""
    return (
        line.at,
        line.entered,
        _WORLDS[line.status],
        group_of(line.kind).ja,
        kinds.get(line.kind, line.kind),
        actor(line.by),
        mark(line.text.removeprefix(MARKS[line.status][0]), line.status, "ja"),
        line.refs.get("corrects", ""),
        str(line.seq),
        line.hash,
    )


def csv_head(view: View) -> bytes:
    """The byte order mark and the headings, each with the mark of a drill."""
    return as_csv(Sheet(name="chronology", title="", columns=COLUMNS, rows=()), MARKS[view.drill][0])


def csv_line(one: Row) -> bytes:
    """One line of the table, with its end."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(row_of(one, COLUMNS))
    return out.getvalue().encode()


def last_line(view: View, cut: bool) -> bytes:
    """What stands below the table of a CSV: without it, whoever has the file alone could prove nothing."""
    return csv_line((view.made_at, "", "", "", "書き出し", "", view.note(cut), "", "", ""))


def written(kind: str, rows: Iterable[Row], view: View, cut: bool) -> bytes:
    """A workbook, or paper. Paper leaves out the hash of each line, which nobody types; the last one is in the note."""
    keep = range(len(COLUMNS)) if kind == "xlsx" else (0, 1, 2, 4, 5, 6, 8)
    columns = tuple(_with_zone(COLUMNS[place]) for place in keep)
    body = tuple(tuple(one[place] for place in keep) for one in rows)
    sheet = Sheet(name="クロノロジー", title=view.title, columns=columns, rows=body, note=view.note(cut))
    made_at = view.made_at.astimezone(JAPAN).replace(microsecond=0)
    return as_xlsx([sheet], made_at) if kind == "xlsx" else as_pdf([sheet], made_at)


def file_name(view: View, kind: str) -> str:
    """Never without the mark of a drill."""
    drill = "" if view.drill is Status.ACTUAL else f"{view.drill.value.lower()}-"
    return f"shirase-chronology-{drill}{view.made_at.astimezone(JAPAN):%Y%m%d-%H%M}.{kind}"


def _with_zone(column: Column) -> Column:
    """A cell and paper leave the offset out of each time, so their heading tells the zone."""
    timed = column.kind == "moment"
    return replace(column, ja=f"{column.ja}（日本時間）", en=f"{column.en} (JST)") if timed else column
