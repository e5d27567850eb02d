"""What things are called in the ledger: Japanese first, English beside."""

from __future__ import annotations

from geo.plow.spells import Doing

DOING = {
    Doing.WORK: "作業",
    Doing.STANDBY: "待機",
    Doing.TRANSFER: "回送",
    Doing.YARD: "基地・雪捨て場",
    Doing.OFF: "道路外",
}
ADMINISTRATOR = {"city": "市道", "prefecture": "県道", "nation": "国道", "other": "その他", "": ""}
ACTIVITY = {
    "plow": "除雪",
    "deice": "凍結防止剤",
    "sweep": "清掃",
    "other": "その他の作業",
    "none": "",
    "": "（申告なし）",
}
MACHINE = {
    "grader": "グレーダ",
    "dozer": "ドーザ",
    "loader": "ショベル",
    "rotary": "ロータリ",
    "truck": "除雪トラック",
    "sidewalk": "歩道除雪車",
    "spreader": "散布車",
    "dump": "ダンプ",
    "other": "その他",
}


def hours(seconds: int | None) -> str:
    """Time as people write it in a daily report: 3:25:10; empty where nobody told."""
    if seconds is None:
        return ""
    sign, seconds = ("-" if seconds < 0 else ""), abs(seconds)
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def seconds_of(text: str) -> int:
    """Time out of 3:25, 3:25:10 or decimal hours such as 3.5. Raises ValueError with the cure."""
    parts = text.strip().split(":")
    try:
        if len(parts) == 1:
            found = round(float(parts[0]) * 3600)
        elif len(parts) <= 3 and all(part.isdecimal() for part in parts) and all(int(part) < 60 for part in parts[1:]):
            found = sum(int(part) * unit for part, unit in zip(parts, (3600, 60, 1), strict=False))
        else:
            raise ValueError
    except (ValueError, OverflowError):
        raise ValueError(f"{text[:20]!r} is no time; write 3:25, 3:25:10 or 3.5 hours") from None
    if not 0 <= found <= 86_400:
        raise ValueError(f"{text[:20]!r} is not between 0 and 24 hours")
    return found
