"""A report as files: the form as a workbook and on paper, its figures and boxes as a table for programs."""

from __future__ import annotations

from feeds.japan import JAPAN, stated
from feeds.status import Status
from rules.damage.forms import form_of
from rules.damage.items import GROUPS_JA, ITEMS
from rules.damage.report import BOXES, FORMS, Filled
from rules.damage.words import evacuations, offices, refuges
from rules.marks import MARKS
from services.damage.pdf_file import as_pdf
from services.damage.xlsx_file import as_xlsx
from services.ledger.csv_file import as_csv
from services.ledger.sheets import Column, Row, Sheet

TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
    "pdf": "application/pdf",
}
_COLUMNS = (
    Column("区分", "Block"),
    Column("項目", "Item"),
    Column("単位", "Unit"),
    Column("確認済み", "Confirmed", "number"),
    Column("未確認", "Unconfirmed", "number"),
    Column("調査中の件数", "Being counted", "number"),
    Column("前回", "Before", "number"),
    Column("前回との差", "Change", "number"),
    Column("内容", "Words"),
)


def written(filled: Filled) -> dict[str, bytes]:
    """Every file of a report, by its kind. The same report gives the same bytes."""
    grid = form_of(filled)
    created = filled.as_of.astimezone(JAPAN).replace(tzinfo=None, microsecond=0)
    mark = MARKS[filled.status][0] if filled.status is not Status.ACTUAL else ""
    return {"xlsx": as_xlsx(grid, created), "csv": as_csv(_sheet(filled), mark), "pdf": as_pdf(grid)}


def file_name(filled: Filled, kind: str) -> str:
    """Never without the mark of a drill."""
    mark = "" if filled.status is Status.ACTUAL else f"{filled.status.value.lower()}-"
    day = f"{filled.as_of.astimezone(JAPAN):%Y%m%d-%H%M}"
    return f"damage-{mark}form4-{filled.form}-no{filled.number}-{day}.{kind}"


def _sheet(of: Filled) -> Sheet:
    head: list[Row] = [
        _words("報告", "様式", FORMS[of.form]),
        _words("報告", "災害名", of.disaster),
        _words("報告", "報告番号", f"第{of.number}報"),
        _words("報告", "現在", stated(of.as_of)),
        _words("報告", "市町村", of.city),
        _words("災害の概況", "発生日時", stated(of.began)),
        _words("災害の概況", "発生場所", of.place),
        _words("災害の概況", "概況", of.outline),
    ]
    told = [
        _words("応急対策", "災害対策本部等の設置状況", offices(of)),
        _words("応急対策", "避難指示等の発令状況", evacuations(of)),
        _words("応急対策", "避難所の開設状況", refuges(of)),
    ]
    boxes = [_words("応急対策", one.ja, of.box(one.key)) for one in BOXES if of.form in one.forms]
    wrong = [_words("訂正", "前回までの訂正", of.correction)] if of.correction else []
    rows = (*head, *wrong, *_figures(of), *told, *boxes)
    return Sheet(name="第4号様式", title=form_of(of).title, columns=_COLUMNS, rows=rows)


def _figures(of: Filled) -> list[Row]:
    rows: list[Row] = []
    before = of.before.figures if of.before else {}
    for item in ITEMS:
        known = (of.figures.get(item.key), of.unconfirmed.get(item.key), before.get(item.key))
        now, doubt, old = (None if one is None else one if item.scale == 1 else one / item.scale for one in known)
        steps, was = of.figures.get(item.key), before.get(item.key)
        step = None if of.before is None or (steps is None and was is None) else (steps or 0) - (was or 0)
        change = None if step is None else step if item.scale == 1 else step / item.scale
        counting = of.counting.get(item.key)
        rows.append((GROUPS_JA[item.group], item.ja, item.unit, now, doubt, counting, old, change, None))
    return rows


def _words(block: str, item: str, text: str) -> Row:
    return (block, item, None, None, None, None, None, None, text)
