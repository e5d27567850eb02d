"""An alert as a thread of posts.

The first post stands alone: ``Text.short`` carries what saves lives. What to do in full follows, then ``short`` in the
other languages; the description is for the page that the link names, because a thread of eight posts is read by
nobody at night. Every post tells when it was issued and which revision it is, so that a real reissue is never refused
as a repetition, and can be read by someone who sees only that post.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from feeds.status import Status
from rules.alert import Alert, Text
from rules.marks import beside
from rules.wording.languages import in_order, spoken
from rules.wording.templates import place_name
from rules.wording.times import stamp
from services.channels.channel import WHOLE, Form, Payload
from services.channels.marks import announced, led, status_mark, turn_mark_in
from services.channels.thread.cutting import Scale, clipped, prepared, split

TWO = frozenset({"ja", "en"})  # what a thread says unless its account is set up otherwise
_WIDEST = " (99/99)"
_LABEL = 30  # full-width characters of the line that says what a later post belongs to
_SENDER = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """What a service's posts are like."""

    title: str  # of the service, for sentences
    limit: int  # weight of a post
    scale: Scale
    wide: int = 1  # weight of a full-width character; officers read counts in such characters
    link_is_dear: bool = False  # then only the first post of an event carries it
    languages: frozenset[str] = TWO  # beside Japanese; a thread in six languages is read by nobody


@dataclass(frozen=True, slots=True)
class _Post:
    language: str
    body: str
    opens: bool  # the first of its language
    link: str = ""


def render_thread(alert: Alert, style: Style, form: Form = WHOLE) -> Payload:
    """The posts of an alert, in order. Raises ValueError with the cure where the service cannot carry the text."""
    thread = _Thread(alert, style, form)
    posts = thread.posts("")
    if len(posts) > 1:
        posts = thread.posts(_WIDEST)
    if len(posts) > 99:
        raise ValueError(f"texts of {alert.identifier} make {len(posts)} posts on {style.title}; 99 is the most")
    numbers = [f" ({n}/{len(posts)})" if len(posts) > 1 else "" for n in range(1, len(posts) + 1)]
    parts = tuple(thread.dressed(post, number) for post, number in zip(posts, numbers, strict=True))
    weights = [style.scale.weigh(part) for part in parts]
    if max(weights) > style.limit:
        over = f"weighs {max(weights)}, over the {style.limit} of {style.title}"
        raise ValueError(f"a post of {alert.identifier} {over}; shorten the link")
    return Payload(
        media_type="text/plain",
        parts=parts,
        counts=tuple(f"{-(-weight // style.wide)}/{style.limit // style.wide}字" for weight in weights),
        languages=tuple(post.language for post in posts),
    )


@dataclass(frozen=True, slots=True)
class _Thread:
    """An alert in a style."""

    alert: Alert
    style: Style
    form: Form

    def posts(self, number: str) -> list[_Post]:
        """Where each post ends, as long as ``number`` and all that dresses it."""
        alert, posts = self.alert, list[_Post]()
        opens = alert.issue == 1 and alert.msg_type == "Alert"  # a draft that was edited first has a higher number
        once = self.form.link and (opens or not self.style.link_is_dear)
        wanted = self.style.languages | {"ja"}
        told = in_order(tag for tag in alert.texts if tag in wanted)
        for language in told[: self.form.languages]:
            posts += self._posts_of(language, number, alert.web if once and not posts else "")
        return posts

    def _posts_of(self, language: str, number: str, link: str) -> Iterator[_Post]:
        text = self.alert.texts[language]
        short, in_full = prepared(announced(self.alert, language)), language == "ja" and self.form.whole
        rest = _rest(text) if in_full and not self.alert.correction else ""
        if not short:
            named = f"texts.{language}.short of {self.alert.identifier}"
            raise ValueError(f"{named} is empty; it is what the first post says")
        whole = f"{short}\n{rest}".strip()
        if self.style.scale.weigh(whole) <= self._room(_Post(language, "", True, link), number):
            yield _Post(language, whole, True, link)
            return
        opening, later = _Post(language, "", True, link), _Post(language, "", False)
        bodies = split(short, lambda n: self._room(later if n else opening, number), self.style.scale)
        for index, body in enumerate(bodies):
            yield replace(later if index else opening, body=body.strip())
        for body in split(rest, lambda _: self._room(later, number), self.style.scale):
            yield replace(later, body=body.strip())

    def _room(self, bare: _Post, number: str) -> int:
        style = self.style
        left = style.limit - style.scale.weigh(self.dressed(bare, number)) - 1  # the line end after the body
        if left < style.limit // 4:
            takes = f"marks, times and link leave only {left} of {style.limit} on {style.title}"
            raise ValueError(f"{takes}; shorten web or sender_name")
        return left

    def dressed(self, post: _Post, number: str) -> str:
        """The whole text of a post: marks, label, body, when and which revision, link."""
        alert, japanese = self.alert, post.language == "ja"
        foot = self._stamp(post.language, signed=japanese and post.opens) + number
        turn = turn_mark_in(alert, post.language)
        lines = [post.body, foot, post.link] if post.opens else [self._label(post.language), post.body, foot]
        text = led("\n".join(line for line in lines if line), turn)
        if alert.status is Status.ACTUAL:
            return text
        mark, own = status_mark(alert.status), beside(alert.status, post.language)
        return f"{mark}{own} {text}\n{own}{mark}" if own else f"{mark}{text}\n{mark}"

    def _label(self, language: str) -> str:
        places = self.alert.addressed
        names = [place_name(place, language) for place in places]
        more = "ほか" if len(names) > 2 else ""
        where = "・".join(names[:2]) + more if language == "ja" else spoken(language).joint.join(names[:2])
        return self._clipped(f"{self.alert.texts[language].event} {where}", _LABEL)

    def _stamp(self, language: str, signed: bool) -> str:
        told = stamp(self.alert.sent, self.alert.revision, language)
        return f"{told} {self._clipped(self.alert.sender_name, _SENDER)}".rstrip() if signed else told

    def _clipped(self, text: str, characters: int) -> str:
        return clipped(text, characters * self.style.wide, self.style.scale)


def _rest(text: Text) -> str:
    """What the first post does not say: what to do, in full."""
    todo = prepared(text.instruction)
    return "" if todo in prepared(text.short) else todo
