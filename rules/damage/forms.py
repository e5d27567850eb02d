"""消防庁 第４号様式 as a grid: その１（災害概況即報）, その２（被害状況即報）, with the headings and boxes of the form.

Beside the form's own columns その２ has the difference from the report before and what is not sure yet.
"""

from __future__ import annotations

from rules.damage.grid import (
    NOBODY,
    Drawing,
    Grid,
    Look,
    change,
    clock,
    doubts,
    figure,
    items,
    known_sum,
    long_clock,
    marked,
)
from rules.damage.items import BY_KEY, GROUPS_JA, Group, Item
from rules.damage.report import FORMS, Filled
from rules.damage.sums import losses
from rules.damage.words import evacuations, offices, refuges

_ONE = (12, 12, 11, 11, 11, 11, 11, 11)
_TWO = (10, 15, 7, 10, 10, 13, 10, 17, 7, 12, 10, 13)
_HALF = 6
_CASUALTIES = ("dead", "missing", "injured_seriously", "injured_slightly")


def form_of(filled: Filled) -> Grid:
    """The form of its number."""
    return _one(filled) if filled.form == 1 else _two(filled)


def _top(draw: Drawing, of: Filled, label: int) -> None:
    half = draw.width // 2
    draw.line((marked(of, f"第４号様式　{FORMS[of.form]}"), draw.width, Look.TITLE))
    draw.line(
        ("報告日時", label, Look.HEAD),
        (f"{long_clock(of.as_of)}現在", half - label, Look.TEXT),
        ("市町村名", label, Look.HEAD),
        (of.city, half - label, Look.TEXT),
    )
    draw.line(
        ("災害名", label, Look.HEAD),
        (marked(of, f"{of.disaster}（第{of.number}報）"), half - label, Look.TEXT),
        ("報告者名", label, Look.HEAD),
        (of.box("reporter"), half - label, Look.TEXT),
    )
    before = f"第{of.before.number}報 {clock(of.before.as_of)}現在" if of.before else "なし（はじめての報告）"
    draw.line(
        ("前回の報告", label, Look.HEAD),
        (before, half - label, Look.TEXT),
        ("受信者氏名", label, Look.HEAD),
        (of.box("receiver"), half - label, Look.TEXT),
    )
    if of.correction:
        draw.box("前回までの訂正", of.correction, label)


def _one(of: Filled) -> Grid:
    draw = Drawing(len(_ONE))
    _top(draw, of, 1)
    draw.line(("災害の概況", 8, Look.HEAD))
    draw.line(
        ("発生場所", 1, Look.HEAD),
        (of.place or "要記入", 3, Look.TEXT),
        ("発生日時", 1, Look.HEAD),
        (long_clock(of.began), 3, Look.TEXT),
    )
    draw.box("概況", of.outline or "要記入", 1)
    draw.line(("被害の状況", 8, Look.HEAD))
    people = [BY_KEY[key] for key in ("dead", "dead_related", "missing", "injured_seriously", "injured_slightly")]
    total = known_sum(of.figures, _CASUALTIES)
    draw.line(("死傷者", 2, Look.HEAD), *((item.ja, 1, Look.HEAD) for item in people), ("計", 1, Look.HEAD))
    draw.line(
        ("（人）", 2, Look.HEAD),
        *((figure(of, item), 1, Look.FIGURE) for item in people),
        (NOBODY if total is None else f"{total:,}", 1, Look.FIGURE),
    )
    houses = [item for item in items(Group.HOUSES) if item.unit == "棟"]
    draw.line(("住家", 2, Look.HEAD), *((item.ja, 1, Look.HEAD) for item in houses), ("119番通報", 1, Look.HEAD))
    calls = (of.box("calls_119"), 1, Look.FIGURE)
    draw.line(("（棟）", 2, Look.HEAD), *((figure(of, item), 1, Look.FIGURE) for item in houses), calls)
    if others := _others(of, (*people, *houses)):
        draw.box("その他の被害", others, 1)
    draw.line(("応急対策の状況", 8, Look.HEAD))
    draw.box("災害対策本部等の設置状況", offices(of), 2)
    draw.box("避難指示等の発令状況", evacuations(of), 2)
    draw.box("避難所の開設状況", refuges(of), 2)
    draw.box("消防機関等の活動状況", of.box("fire_activity"), 2)
    draw.box("自衛隊派遣要請の状況", of.box("self_defence"), 2)
    draw.box("その他市が講じた応急対策", of.box("measures"), 2)
    return Grid(title=_title(of), widths=_ONE, cells=tuple(draw.cells))


def _two(of: Filled) -> Grid:
    draw = Drawing(len(_TWO))
    _top(draw, of, 2)
    heads = ("区分", "項目", "単位", "被害", "前回との差", "未確認・調査中")
    draw.line(*((name, 1, Look.HEAD) for name in (*heads, *heads)))
    top = draw.row
    left = _column(draw, of, top, 0, (Group.HUMAN, Group.HOUSES, Group.BUILDINGS))
    right = _column(draw, of, top, _HALF, (Group.OTHERS, Group.SUFFERERS))
    draw.row = max(left, right)
    top = draw.row
    left = _column(draw, of, top, 0, (Group.FIRES,))
    for key in ("calls_119", "firemen", "volunteers", "relief_act"):
        name, unit = _BOXED[key]
        draw.at(left, 0, name, Look.HEAD, columns=2)
        draw.at(left, 2, unit, Look.HEAD)
        draw.at(left, 3, of.box(key), Look.FIGURE, columns=3)
        left += 1
    right = _column(draw, of, top, _HALF, (Group.LOSSES,))
    for name, value in zip(("公共施設被害額 小計", "被害総額"), losses(of.figures), strict=True):
        draw.at(right, _HALF, name, Look.HEAD, columns=2)
        draw.at(right, _HALF + 2, "千円", Look.HEAD)
        draw.at(right, _HALF + 3, NOBODY if value is None else f"{value:,}", Look.FIGURE, columns=3)
        right += 1
    if left < right:
        draw.at(left, 0, "", Look.TEXT, rows=right - left, columns=_HALF)
    draw.row = max(left, right)
    outline = f"発生 {long_clock(of.began)}　{of.place or '発生場所 要記入'}\n{of.outline or '概況 要記入'}"
    draw.box("災害の概況", outline, 2)
    draw.box("災害対策本部等の設置状況", offices(of), 2)
    draw.box("避難指示等の発令状況", evacuations(of), 2)
    draw.box("避難所の開設状況", refuges(of), 2)
    draw.box("消防機関等の活動状況", of.box("fire_activity"), 2)
    draw.box("自衛隊の災害派遣", of.box("self_defence"), 2)
    draw.box("応援要請・応援活動", of.box("aid_asked"), 2)
    draw.box("その他の応急対策", of.box("measures"), 2)
    draw.box("備考", of.box("remarks"), 2)
    return Grid(title=_title(of), widths=_TWO, cells=tuple(draw.cells))


_BOXED = {
    "calls_119": ("119番通報件数", "件"),
    "firemen": ("消防職員出動延人数", "人"),
    "volunteers": ("消防団員出動延人数", "人"),
    "relief_act": ("災害救助法適用", "市町村"),
}


def _column(draw: Drawing, of: Filled, top: int, column: int, groups: tuple[Group, ...]) -> int:
    """Blocks below each other; the row after them."""
    row = top
    for group in groups:
        some = items(group)
        draw.at(row, column, GROUPS_JA[group], Look.HEAD, rows=len(some))
        for item in some:
            draw.at(row, column + 1, item.ja, Look.HEAD)
            draw.at(row, column + 2, item.unit, Look.HEAD)
            draw.at(row, column + 3, figure(of, item, short=True), Look.FIGURE)
            draw.at(row, column + 4, change(of, item), Look.FIGURE)
            draw.at(row, column + 5, doubts(of, item), Look.TEXT)
            row += 1
    return row


def _others(of: Filled, told: tuple[Item, ...]) -> str:
    """What その１ has no box for, in a sentence."""
    rest = [item for group in Group for item in items(group) if item not in told]
    known = {*of.figures, *of.unconfirmed, *of.counting}
    return "、".join(f"{item.title} {_counted(of, item)}" for item in rest if item.key in known)


def _counted(of: Filled, item: Item) -> str:
    """「2箇所（ほか未確認1）」, 「調査中1件」."""
    steps, more = of.figures.get(item.key), doubts(of, item)
    if steps is None:
        return more
    return f"{item.told(steps)}{item.unit}" + (f"（ほか{more}）" if more else "")


def _title(of: Filled) -> str:
    return marked(of, f"{of.disaster} 第４号様式{FORMS[of.form]}第{of.number}報")
