"""A decision in one sentence, Japanese and English, that can be read out to a caller."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from feeds.japan import clock, clock_en, dated
from rules.orders.decision import KINDS_EN, KINDS_JA, Ahead, Decision, Gauge, Kind, Outcome, Reason, Verdict

_AGAINST: Mapping[Reason, tuple[str, str]] = {
    Reason.OUT_OF_SEASON: ("除雪期間の外です", "it is outside the season"),
    Reason.GONE: ("新雪の多くが、もう残っていません", "most of the new snow does not lie any more"),
    Reason.BEGAN_LATE: ("この時間帯に降り出した雪は、次の判断に回します", "snow that begins at this hour is left"),
    Reason.TOO_LATE: ("出動を始める時刻を過ぎています", "it is too late to begin"),
    Reason.NOT_ITS_HOUR: ("判断の時刻を待っています", "it waits for the hour of decision"),
    Reason.STAGE_BEFORE: ("先の段階の除雪が済んでいません", "the round before it is not done"),
    Reason.WILL_MELT: ("気温が上がり、融ける見込みです", "it is expected to melt"),
    Reason.RAIN: ("雨になっています", "it rains"),
}
_FIRED: Mapping[Reason, tuple[str, str]] = {
    Reason.RUTS: ("わだちの通報", "reported ruts"),
    Reason.DRIFT: ("吹きだまりのおそれ", "drifting snow"),
    Reason.THAW_AHEAD: ("圧雪が緩む（ザクザク）おそれ", "packed snow before a thaw"),
    Reason.ICE: ("路面凍結", "ice on the road"),
    Reason.NARROW: ("道幅が狭いとの通報", "reports of narrow roads"),
}
_A_NIGHT = timedelta(hours=20)
_NEVER_NUMBERED = (Reason.THAW_AHEAD, Reason.ICE, Reason.NARROW, Reason.DRIFT)


def sentence(decision: Decision, verdict: Verdict | None = None) -> str:
    """The main verdict, or the one given, in one Japanese sentence."""
    one = verdict or decision.main
    what = KINDS_JA[one.kind]
    match one.outcome:
        case Outcome.PROPOSE:
            return f"{what}の基準に達しました：{_fired(one, decision)[0]}{_roads(one)[0]}"
        case Outcome.UNKNOWN:
            silent = "、".join(decision.picture.silent)
            return f"判断できません：{f'{silent}の観測が途絶えています' if silent else '積雪計がありません'}"
        case Outcome.VETO | Outcome.WAIT:
            return f"{_fired(one, decision)[0]}で基準に達していますが、{_AGAINST[one.reason][0]}{_next(decision)[0]}"
    if one.reason is Reason.NO_RULE:
        return "この日に当てはまる除雪の基準がありません"
    if one.reason is Reason.NO_RUTS:
        return f"新雪 {_cm(one.have_cm)} は基準に達していますが、わだちの通報がありません"
    packed = "圧雪 " if one.kind is Kind.LEVELLING else ""
    missing = f"あと {_cm(one.missing_cm)}、{clock(decision.picture.at)}"
    return f"{packed}{_cm(one.have_cm)} < 基準 {_cm(one.need_cm)}（{missing}）"


def sentence_en(decision: Decision, verdict: Verdict | None = None) -> str:
    """The same in English."""
    one = verdict or decision.main
    what = KINDS_EN[one.kind]
    match one.outcome:
        case Outcome.PROPOSE:
            return f"The rule for {what} fired: {_fired(one, decision)[1]}{_roads(one)[1]}"
        case Outcome.UNKNOWN:
            return "Nothing can be said: no gauge speaks for the section"
        case Outcome.VETO | Outcome.WAIT:
            return f"The rule fired ({_fired(one, decision)[1]}), but {_AGAINST[one.reason][1]}{_next(decision)[1]}"
    if one.reason is Reason.NO_RULE:
        return "The city has no rule for this day"
    if one.reason is Reason.NO_RUTS:
        return f"{_cm(one.have_cm)} of new snow are enough, but nobody has reported ruts"
    missing = f"{_cm(one.missing_cm)} missing at {clock_en(decision.picture.at)}"
    packed = "packed snow " if one.kind is Kind.LEVELLING else ""
    return f"{packed}{_cm(one.have_cm)} < {_cm(one.need_cm)} ({missing})"


def gauge_text(gauge: Gauge, rule: str = "") -> str:
    """One gauge in one line, as the rule counts, for the evidence."""
    fallen, since = gauge.fallen(rule)
    began = clock(since) if gauge.at - since < _A_NIGHT else dated(since)
    new = f"{began}からの新雪 {fallen:.1f} cm{'以上' if gauge.at_least else ''}"
    return f"{gauge.name} 積雪 {gauge.depth_cm:.0f} cm、{new}（{clock(gauge.at)}）"


def ahead_text(ahead: Ahead) -> str | None:
    """What is expected until the finish hour; None where nobody knows anything."""
    told = [text for text in (snow_text(ahead),) if text]
    if ahead.warmest_c is not None:
        told.append(f"気温は {ahead.warmest_c:.0f}℃ 前後まで（前日の経過からの推定）")
    if ahead.rain_mm:
        told.append(f"1時間の雨 {ahead.rain_mm:.1f} mm")
    return "、".join(told) or None


def snow_text(ahead: Ahead) -> str | None:
    """The snow that is expected until the finish hour, who expects it, and how far they look."""
    if ahead.snow_cm is None:
        return None
    low, high = ahead.low_cm, ahead.high_cm
    between = f"（{_cm(low)}〜{_cm(high)}）" if low is not None and high is not None and high - low >= 1 else ""
    return f"これからの降雪 {_cm(ahead.snow_cm)}{between}（{_expecting(ahead)}）"


def _expecting(ahead: Ahead) -> str:
    until = f"、{clock(ahead.until)}まで" if ahead.until else ""
    return f"{ahead.source or '3時間の傾向からの推定'}{until}"


def _fired(one: Verdict, decision: Decision) -> tuple[str, str]:
    reason = one.fired or one.reason
    if reason in _NEVER_NUMBERED:
        return _FIRED[reason]
    have, need = _cm(one.have_cm), _cm(one.need_cm)
    if reason is Reason.RUTS:
        ja, en = _FIRED[reason]
        return (ja, en) if one.have_cm is None else (f"わだち {have}（基準 {need}）", f"ruts of {have}, limit {need}")
    if reason is Reason.FORECAST:
        ahead = decision.picture.ahead
        coming, source = _cm(ahead.snow_cm), _expecting(ahead)
        en = "forecast" if ahead.source else "expected by the trend of three hours"
        return (
            f"降った雪と、これからの {coming}（{source}）とで {have}（基準 {need}）",
            f"{have} fallen and to come ({coming} {en}), limit {need}",
        )
    return f"新雪 {have}（基準 {need}）", f"{have} of new snow, limit {need}"


def _roads(one: Verdict) -> tuple[str, str]:
    if not one.classes:
        return "", ""
    classes = "・".join(str(each) for each in one.classes)
    return f"、道路区分 {classes}", f", road classes {classes.replace('・', ', ')}"


def _next(decision: Decision) -> tuple[str, str]:
    at = decision.next_at
    return (f"（次の判断 {clock(at)}）", f" (next decision {clock_en(at)})") if at else ("", "")


def _cm(value: float | None) -> str:
    return "– cm" if value is None else f"{value:.1f} cm".replace(".0 cm", " cm")
