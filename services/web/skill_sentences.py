"""The account in plain sentences, for somebody woken at three: what came, what was foreseen, what was for nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from geo.verification.account import FEW, Scored, Warned

Pair = tuple[str, str]  # Japanese, English


def of_warnings(rows: Sequence[Warned], words: Mapping[str, Mapping[str, str]]) -> list[Pair]:
    """One sentence for each model and level of which there is anything to tell, the gravest flood first."""
    told = gravest_first(one for one in rows if not one.place and one.level)
    return [_warnings(one, words.get(f"{one.model}:{one.level}", {"ja": one.kind, "en": one.kind})) for one in told]


def gravest_first(rows: Iterable[Warned]) -> list[Warned]:
    """Floods before all else, and of each model the highest level first."""
    return sorted(rows, key=lambda one: (one.model != "flood", one.model, -one.level))


def of_rivers(rows: Sequence[Scored], lead: int) -> Pair | None:
    """How far off the levels were at one lead, beside the baselines; None where nothing can be said yet."""
    one = next((row for row in rows if not row.station and not row.method and row.lead == lead), None)
    if one is None or not one.tally.stays:
        return None
    if one.few_levels:
        many = one.tally.levels
        return (
            f"{lead}時間先の水位の予測はまだ{many}件で、良し悪しは言えません。",
            f"Levels {lead} h ahead: {many} forecast{'s'[: many != 1]} so far, too few to judge.",
        )
    ours, damped = one.tally.outlook(), one.tally.extrapolation()
    assert ours.crpss is not None and damped.crpss is not None and ours.coverage80 is not None
    held = round(100 * ours.coverage80)
    ja = f"{lead}時間先の水位のずれは「今のまま」と見るより{_share(ours.crpss, 'ja')}"
    ja += f"（単純な外挿は{_share(damped.crpss, 'ja')}）。8割の幅に実際に入ったのは{held}％。"
    en = f"Levels {lead} h ahead: error {_share(ours.crpss, 'en')} than if all stayed as it is"
    en += f" (extrapolation: {_share(damped.crpss, 'en')}); the 80 % range held {held} %."
    return ja, en


def _share(skill: float, language: str) -> str:
    percent = round(100 * abs(skill))
    smaller, larger = ("小さい", "大きい") if language == "ja" else ("smaller", "larger")
    word = smaller if skill >= 0 else larger
    return f"{percent}％{word}" if language == "ja" else f"{percent} % {word}"


def _warnings(one: Warned, name: Mapping[str, Any]) -> Pair:
    ja = [f"{name['ja']}：{_events_ja(one)}", f"空振り{one.false_alarms}回" if one.false_alarms else "空振りなし"]
    en = [f"{name['en']}: {_events_en(one)}", f"{one.false_alarms or 'no'} false alarm{'s'[: one.false_alarms != 1]}"]
    if unknown := sum(one.unknown.values()):
        ja.append(f"観測が途切れるなどして判断できないもの{unknown}件")
        en.append(f"{unknown} that nobody can judge")
    if one.open:
        ja.append(f"判定待ち{one.open}件")
        en.append(f"{one.open} not judged yet")
    few = one.events + one.false_alarms
    if one.few and few:
        ja.append(f"（{few}件では、良し悪しはまだ言えません）")
        en.append(f"too few to judge (fewer than {FEW})")
    return "。".join(ja).replace("。（", "（") + "。", ", ".join(en) + "."


def _events_ja(one: Warned) -> str:
    if not one.events:
        return "起きていません"
    ahead = "" if one.mean_lead is None else f"{'平均' if one.hits > 1 else ''}{one.mean_lead:.1f}時間前に予測"
    if one.hits == one.events:
        return f"{one.events}回。{'' if one.events == 1 else f'{one.events}回とも'}{ahead}"
    if not one.hits:
        return f"{one.events}回。{'' if one.events == 1 else f'{one.events}回とも'}予測できず"
    return f"{one.events}回。うち{one.hits}回を{ahead}、{one.misses}回は予測できず"


def _events_en(one: Warned) -> str:
    if not one.events:
        return "no event"
    events = f"{one.events} event{'s'[: one.events != 1]}"
    if one.mean_lead is None:
        return f"{events}, none foreseen"
    return f"{events}, {one.hits} foreseen {one.mean_lead:.1f} h ahead{' on average' if one.hits > 1 else ''}"
