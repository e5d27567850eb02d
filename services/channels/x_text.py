"""An alert as a thread on X.

The first post stands alone: ``Text.short`` carries what saves lives. What to do in full follows, then ``short`` in the
other languages; the description is for the page that the link names, because a thread of eight posts is read by
nobody at night. Every post tells when it was issued and which revision it is, so that a real reissue is never refused
as a repetition, and can be read by someone who sees only that post.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import regex

from feeds.status import Status
from rules.alert import Alert, Text
from rules.wording.times import JST, clock
from services.channels.channel import Payload
from services.channels.marks import led, status_mark, status_mark_en, turn_mark, turn_mark_en
from services.channels.posting import Scale, clipped, prepared, split
from services.channels.x_weight import LIMIT, URL, weighted_length

_WORD = r"[A-Za-z0-9]+(?:[.,:/'’-][A-Za-z0-9]+)*"
_SCALE = Scale(weighted_length, regex.compile(f"{URL.pattern}|{_WORD}", URL.flags))
_WIDEST = " (99/99)"
_LABEL = 60  # weight of the line that says what a later post belongs to
_SENDER = 40


@dataclass(frozen=True, slots=True)
class _Post:
    language: str
    body: str
    opens: bool  # the first of its language
    link: str = ""


def render_thread(alert: Alert) -> Payload:
    """The posts of an alert, in order. Raises ValueError with the cure where X cannot carry the text.

    The link is in the first post of the event only: a post with a link costs many times as much, and the thread
    hangs together by replies.
    """
    posts = _posts(alert, "")
    if len(posts) > 1:
        posts = _posts(alert, _WIDEST)
    if len(posts) > 99:
        raise ValueError(f"texts of {alert.identifier} make {len(posts)} posts on X; shorten them to 99 at most")
    numbers = [f" ({n}/{len(posts)})" if len(posts) > 1 else "" for n in range(1, len(posts) + 1)]
    parts = tuple(_dressed(alert, post, number) for post, number in zip(posts, numbers, strict=True))
    weights = [weighted_length(part) for part in parts]
    if max(weights) > LIMIT:
        raise ValueError(f"a post of {alert.identifier} weighs {max(weights)}, over the {LIMIT} of X; shorten the link")
    return Payload(
        media_type="text/plain", parts=parts, counts=tuple(f"{-(-weight // 2)}/{LIMIT // 2}字" for weight in weights)
    )


def _posts(alert: Alert, number: str) -> list[_Post]:
    posts: list[_Post] = []
    for language in sorted(alert.texts, key=lambda tag: tag != "ja"):
        posts += _posts_of(alert, language, number, alert.web if alert.revision == 1 and not posts else "")
    return posts


def _posts_of(alert: Alert, language: str, number: str, link: str) -> Iterator[_Post]:
    text = alert.texts[language]
    short, rest = prepared(text.short), _rest(text) if language == "ja" else ""
    if not short:
        raise ValueError(f"texts.{language}.short of {alert.identifier} is empty; it is what the first post says")

    def room(opens: bool, link: str = "") -> int:
        bare = _dressed(alert, _Post(language, "", opens, link), number)
        left = LIMIT - weighted_length(bare) - 1  # the line end after the body
        if left < LIMIT // 4:
            raise ValueError(f"marks, times and link leave only {left} of {LIMIT} on X; shorten web or sender_name")
        return left

    whole = f"{short}\n{rest}".strip()
    if weighted_length(whole) <= room(True, link):
        yield _Post(language, whole, True, link)
        return
    bodies = split(short, lambda n: room(n == 0, link if n == 0 else ""), _SCALE)
    for index, body in enumerate(bodies):
        yield _Post(language, body, index == 0, link if index == 0 else "")
    for body in split(rest, lambda _: room(False), _SCALE):
        yield _Post(language, body, False)


def _rest(text: Text) -> str:
    """What the first post does not say: what to do, in full."""
    todo = prepared(text.instruction)
    return "" if todo in prepared(text.short) else todo


def _dressed(alert: Alert, post: _Post, number: str) -> str:
    japanese = post.language == "ja"
    foot = (_stamp_ja(alert, post.opens) if japanese else _stamp_en(alert)) + number
    turn = turn_mark(alert) if japanese else turn_mark_en(alert)
    lines = [post.body, foot, post.link] if post.opens else [_label(alert, post.language), post.body, foot]
    text = led("\n".join(line for line in lines if line), turn)
    if alert.status is Status.ACTUAL:
        return text
    mark, mark_en = status_mark(alert.status), status_mark_en(alert.status)
    return f"{mark}{text}\n{mark}" if japanese else f"{mark}{mark_en} {text}\n{mark_en}{mark}"


def _label(alert: Alert, language: str) -> str:
    names = [place.name if language == "ja" else place.name_en or place.name for place in alert.places]
    where = "・".join(names[:2]) + ("ほか" if len(names) > 2 else "") if language == "ja" else ", ".join(names[:2])
    return clipped(f"{alert.texts[language].event} {where}", _LABEL, _SCALE)


def _stamp_ja(alert: Alert, opens: bool) -> str:
    stamp = f"{alert.sent.astimezone(JST).month}月{clock(alert.sent)}発表 第{alert.revision}報"
    return f"{stamp} {clipped(alert.sender_name, _SENDER, _SCALE)}".rstrip() if opens else stamp


def _stamp_en(alert: Alert) -> str:
    return f"Issued {clock(alert.sent, 'en')} (JST), No. {alert.revision}"
