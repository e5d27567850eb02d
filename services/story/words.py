"""A story for people: the same steps as text."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from feeds.japan import exact
from feeds.status import Status
from rules.marks import MARKS
from services.board_words import trouble
from services.channels.channel import Payload
from services.story.steps import TITLES, Step, Story


def told(story: Story) -> Iterator[str]:
    """Lines of Japanese text, from the reading to the last receipt, then every payload in full."""
    alert = story.alert
    mark = MARKS[alert.status][0] if alert.status is not Status.ACTUAL else ""
    yield f"{mark}{alert.texts['ja'].headline}（{alert.series} 第{alert.revision}報、{story.state.value}）{mark}"
    yield f"対象：{'、'.join(place.name for place in alert.places)}　期限：{moment(alert.expires)}"
    yield f"内容のSHA-256：{story.digest}"
    yield ""
    for step in story.steps:
        yield from _lines(step)
    for name, one in story.payloads.items():
        yield ""
        if not isinstance(one, Payload):
            yield f"―― {name}：送らない（{one.reason}）"
            continue
        yield f"―― {name}（{one.media_type}、SHA-256 {one.digest}）"
        yield from one.parts


def moment(at: datetime | None) -> str:
    """「11月21日 18:00:03」 in Japan time; what has not happened yet says so."""
    return exact(at) if at else "まだ"


def gap(seconds: float | None) -> str:
    """「＋2分03秒」 since the step before; empty for the first."""
    if seconds is None:
        return ""
    if seconds < 60:
        return f"＋{seconds:.1f}秒" if seconds % 1 else f"＋{seconds:.0f}秒"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"＋{hours}時間{minutes:02}分" if hours else f"＋{minutes}分{rest:02}秒"


def _lines(step: Step) -> Iterator[str]:
    yield f"{moment(step.at)}  {gap(step.after_s) or '　'}  【{TITLES[step.kind]}】{step.text}（{step.who}）"
    if step.cause:
        yield f"　　{trouble(step.cause, step.state, step.words)}"
    if step.detail:
        yield f"　　{step.detail}"
    if step.receipts:
        yield f"　　受領：{'、'.join(step.receipts)}"
