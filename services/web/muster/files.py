"""The people of a muster as a table to keep or print."""

from __future__ import annotations

from datetime import datetime

from feeds import japan
from rules.marks import MARKS
from rules.muster.answer import COMING_JA, FAMILY_JA, HOME_JA, SAFETY_JA
from rules.muster.rules import MusterRules
from rules.muster.tally import Asked
from rules.muster.want import WANT_JA
from services.ledger.csv_file import as_csv
from services.ledger.sheets import Column, Row, Sheet
from services.ledger.xlsx_file import as_xlsx
from services.muster.board import Board
from services.web.language.speaking import N_

TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
REACHED = {
    "sent": N_("送った"),
    "sending": N_("送信中"),
    "due": N_("これから"),
    "unknown": N_("届いたか不明"),
    "failed": N_("送れない"),
    "dropped": N_("取りやめ"),
    "nowhere": N_("宛先なし"),
}
_COLUMNS = (
    Column("職員番号", "Code"),
    Column("氏名", "Name"),
    Column("部局", "Bureau"),
    Column("課", "Section"),
    Column("職", "Role"),
    Column("参集区分", "Category"),
    Column("聞いたこと", "Asked for"),
    Column("連絡", "Message"),
    Column("安否", "Safety"),
    Column("家族", "Family"),
    Column("住まい", "Home"),
    Column("参集", "Coming"),
    Column("到着見込み（日本時間）", "Arrives by (JST)"),
    Column("行き先", "Where"),
    Column("メモ", "Note"),
    Column("回答時刻（日本時間）", "Answered at (JST)"),
    Column("入力者", "Entered by"),
)


def written(of: Board, rules: MusterRules, kind: str, now: datetime) -> bytes:
    """``kind``: one of TYPES."""
    mark = MARKS[of.muster.status][0]
    title = f"{mark}安否確認・参集 {of.muster.id}：{of.muster.title}（{japan.stated(now)}現在）"
    rows = tuple(_row(one, rules) for one in of.people)
    sheet = Sheet(name="参集", title=title, columns=_COLUMNS, rows=rows, note="個人の安否を含む。取扱注意")
    return as_csv(sheet, mark) if kind == "csv" else as_xlsx([sheet], now)


def _row(one: Asked, rules: MusterRules) -> Row:
    told = one.answer
    who = (one.code, one.name, one.bureau, one.section, one.role, rules.name_of(one.category), WANT_JA[one.want])
    reached = REACHED[one.reached]
    if told is None:
        return (*who, reached, *[""] * 9)
    return (
        *who,
        reached,
        SAFETY_JA[told.safety],
        FAMILY_JA[told.family] if told.family else "",
        HOME_JA[told.home] if told.home else "",
        COMING_JA[told.coming] if told.coming else "",
        japan.written(told.arrives_at) if told.arrives_at else "",
        told.place,
        told.note,
        japan.written(told.at),
        told.by,
    )
