"""A lead (手がかり): what is kept of a post. Where it is to be read, which place and danger it seems to speak of, and a
number that tells people of one day apart and is nobody's name. No words of it, no picture, no author."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from hashlib import blake2b

from feeds.japan import JAPAN
from feeds.social.post import Post
from feeds.status import Status
from geo.heard.matching import Match


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """``words`` are words of the book. ``number``: in the order in which they came, 0 before it was stored."""

    provider: str
    post: str
    link: str
    at: datetime
    status: Status
    language: str
    place: str
    hazards: tuple[str, ...]
    words: tuple[str, ...]
    marks: tuple[str, ...]
    person: str
    number: int = 0

    @property
    def day(self) -> date:
        """In Japan: people are told apart within it alone."""
        return day_of(self.at)


def lead_of(post: Post, found: Match, salt: bytes, status: Status = Status.ACTUAL) -> Lead:
    """What is kept of a post that matched. ``salt``: of the day on which it was written, see :func:`day_of`."""
    return Lead(
        provider=post.provider,
        post=post.id,
        link=post.link,
        at=post.at,
        status=status,
        language=post.language,
        place=found.place,
        hazards=found.hazards,
        words=found.words,
        marks=found.marks,
        person=person_of(post, salt),
    )


def day_of(at: datetime) -> date:
    """The day in Japan by whose salt people are told apart."""
    return at.astimezone(JAPAN).date()


def person_of(post: Post, salt: bytes) -> str:
    """The same for all that one account writes on one day, and nothing that can be led back to it without the salt."""
    return blake2b(f"{post.provider}\n{post.author}".encode(), key=salt, digest_size=8).hexdigest()
