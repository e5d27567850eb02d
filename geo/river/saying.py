"""An outlook in words for people on duty: by what means it was made, why by no better one, and what it expects."""

from __future__ import annotations

from collections.abc import Mapping

from geo.river.outlook import Method, Outlook, Why

METHODS: Mapping[Method, tuple[str, str]] = {
    "learned": ("過去の洪水から学んだ予測", "learned from past floods"),
    "extrapolated": ("今の変化を伸ばした見込み", "the present rise, damped"),
    "thresholds": ("先の見込みは出せません", "nothing is foreseen"),
}
WHYS: Mapping[Why, tuple[str, str]] = {
    "no_model": ("学習した予測モデルがないため", "no learned model is in use"),
    "no_normal": ("平常時の水位がわからないため", "its ordinary level is not known"),
    "gaps": ("1時間前の水位がないため", "its level of an hour ago is missing"),
    "silent": ("新しい水位が届いていないため", "no level has come lately"),
    "no_slope": ("変化を求めるだけの値がないため", "too few reports for a rate of rise"),
}
_STEP = 0.05  # a learned chance is told in twentieths, and never as certain
_TENTH = 0.1  # one of the damped rise in tenths


def means(outlook: Outlook) -> str:
    """``予測の方法：…（…ため） / Forecast: … (…)``."""
    method, method_en = METHODS[outlook.method]
    if outlook.method == "learned":
        return f"予測の方法：{method} / Forecast: {method_en}"
    why, why_en = WHYS[outlook.why or "no_model"]
    return f"予測の方法：{method}（{why}） / Forecast: {method_en} ({why_en})"


def chance_told(outlook: Outlook, chance: float) -> float:
    """No finer than it is known, and no certainty."""
    step = _STEP if outlook.method == "learned" else _TENTH
    return round(min(1 - step, round(chance / step) * step), 2)


def expectation(outlook: Outlook, threshold: str) -> str:
    """The chances of one threshold by lead, and the range of the level at the last of them."""
    chances = "、".join(f"{lead.hours}時間以内 {_percent(outlook, lead.chances[threshold])}" for lead in outlook.ahead)
    last = outlook.ahead[-1]
    return f"達する確率は {chances}。{last.hours}時間後の水位は {last.q10:.1f}～{last.q90:.1f} m（80％の幅）"


def _percent(outlook: Outlook, chance: float) -> str:
    return f"{chance_told(outlook, chance):.0%}".replace("%", "％")
