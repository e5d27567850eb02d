"""What a resident is answered at once: facts, in one sentence each, Japanese first."""

from __future__ import annotations

from datetime import datetime

from rules.requests.triage import Known, Triage
from rules.wording.times import clock

_WHOSE = {
    "nation": (
        "国道（国が管理）です。国の道路事務所が除雪します",
        "This is a national road; the national road office plows it",
    ),
    "prefecture": ("県が管理する道路です。県が除雪します", "This road is the prefecture's, which plows it"),
    "city": ("市の道路です", "This is a city road"),
    "other": ("市の除雪路線に載っていない道路です", "This road is not on the city's plowing routes"),
}
_CLASSES = {
    1: ("幹線", "main route"),
    2: ("補助幹線", "secondary route"),
    3: ("生活道路", "residential street"),
    4: ("その他の路線", "other route"),
}


def answered(known: Known, judged: Triage) -> str:
    """What goes back to the resident with the number: whose road, when it was last done, who asked already."""
    if not known.segment:
        return "受け付けました。道路の位置を職員が確認します。 / Received. Staff will look up the road."
    whose = _WHOSE[known.administrator]
    route = _CLASSES.get(known.route_class or 0)
    ja = [whose[0] + (f"（{route[0]}）" if route and known.administrator == "city" else "")]
    en = [whose[1] + (f" ({route[1]})" if route and known.administrator == "city" else "")]
    if known.administrator == "city":
        said = passed(known.done_at, known.last_at, known.share)
        ja.append(said[0])
        en.append(said[1])
    if judged.same_as is not None:
        ja.append("同じ場所の依頼をすでに受けています")
        en.append("others have told us of the same place")
    return f"{'。'.join(ja)}。 / {'; '.join(en)}."


def passed(done_at: datetime | None, last_at: datetime | None, share: float) -> tuple[str, str]:
    """When plows were there, as far as the last day tells."""
    if done_at is not None:
        return f"{clock(done_at)}に除雪しました", f"it was plowed at {clock(done_at, 'en')}"
    if last_at is not None:
        percent = f"{share * 100:.0f}"
        return (
            f"{clock(last_at)}に一部（約{percent}％）を除雪しました",
            f"about {percent} % of it was plowed by {clock(last_at, 'en')}",
        )
    return "この24時間に除雪車が通った記録はありません", "no plow is on record in the last 24 hours"
