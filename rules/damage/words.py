"""What the form says in sentences: the headquarters, evacuation information, shelters."""

from __future__ import annotations

from rules.damage.grid import clock
from rules.damage.report import Filled

_NONE = "なし（ハブの記録による）"
_MOST = 40  # shelters by name; a list of more goes beside the form


def offices(of: Filled) -> str:
    """「災害対策本部　設置 11月20日 18時05分　廃止 …」, a line each."""
    lines = []
    for one in of.offices:
        began = f"　設置 {clock(one.since)}" if one.since else ""
        ended = f"　廃止 {clock(one.until)}" if one.until else ""
        lines.append(f"{one.type}{began}{ended}")
    return "\n".join(lines) or _NONE


def evacuations(of: Filled) -> str:
    """Evacuation information with its districts; numbers of people where they are known."""
    lines = []
    for one in of.evacuations:
        people = f"{one.people:,}人" if one.people is not None else ""
        counted = "・".join(part for part in (_count(one.households, "世帯"), people) if part)
        level = f"（警戒レベル{one.level}）" if one.level else ""
        state = "解除" if one.lifted else "発令中"
        lines.append(
            f"{one.sort}{level}　{clock(one.since)}　{state}　対象 {counted or '世帯・人数 要記入'}\n"
            f"　{len(one.areas)}地区：{'、'.join(one.areas)}"
        )
    return "\n".join(lines) or _NONE


def refuges(of: Filled) -> str:
    """How many are open and how many people are there, then each."""
    opened = [one for one in of.refuges if one.open]
    if not of.refuges:
        return _NONE
    counted = [one.people for one in opened if one.people is not None]
    unknown = len(opened) - len(counted)
    families = [one.households for one in opened if one.households is not None]
    voluntary = [one.voluntary for one in opened if one.voluntary is not None]
    parts = [f"開設 {len(opened)}か所"]
    if opened:
        parts.append(f"避難者 {sum(counted):,}人" if counted else "避難者 不明")
        parts += [f"（うち自主避難 {sum(voluntary):,}人）"] if voluntary else []
        parts += [f"{sum(families):,}世帯"] if families else []
        parts += [f"（{unknown}か所は人数不明）"] if unknown and counted else []
    closed = len(of.refuges) - len(opened)
    lines = ["　".join(parts) + (f"　閉鎖 {closed}か所" if closed else "")]
    for one in opened[:_MOST]:
        people = f"{one.people:,}人" if one.people is not None else "人数不明"
        families_ = f"（{one.households:,}世帯）" if one.households is not None else ""
        lines.append(f"　{one.name}　{people}{families_}　{clock(one.since)}開設")
    if len(opened) > _MOST:
        lines.append(f"　ほか{len(opened) - _MOST}か所")
    return "\n".join(lines)


def _count(many: int | None, unit: str) -> str:
    return f"{many:,}{unit}" if many is not None else ""
