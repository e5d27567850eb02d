"""A public post on its way to being judged: words to be matched, and no more about who wrote them than telling people
apart needs. Neither words nor author are ever stored (:mod:`geo.heard.lead` is what is kept)."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from feeds.records import Rejected

LONGEST = 4000  # characters of a post that are looked at
_PATH = r"/[A-Za-z0-9._~:/?#@!$&()*+,;=%-]{1,400}"
_LINK = re.compile(rf"https://[A-Za-z0-9.-]{{1,253}}(?::[0-9]{{1,5}})?{_PATH}")
_HERE = re.compile(rf"http://127\.0\.0\.1:[0-9]{{1,5}}{_PATH}")  # a stand-in on this machine


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One post of anybody, neither repeated nor quoted. ``at``: when it was written, UTC."""

    provider: str  # x, mastodon, bluesky
    id: str  # the provider's own
    link: str
    at: datetime
    language: str  # as the provider tells it; empty: it does not
    text: str = field(repr=False)
    author: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Gone:
    """A post that its author or the provider took back, or with ``whole`` all of an author: ``id`` begins theirs."""

    provider: str
    id: str
    whole: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What one answer or event came to. ``count``: posts in it, whatever became of them (X charges for each)."""

    posts: tuple[Post, ...] = ()
    gone: tuple[Gone, ...] = ()
    count: int = 0
    rejected: tuple[Rejected, ...] = ()
    newest: str = ""  # what to go on from; empty: where we were
    more: str = ""  # how to ask for what is older; empty: there is none


@dataclass(frozen=True, slots=True)
class Ourselves:
    """Accounts of the city's own, by their ids, names or addresses as the provider writes them, in lower case."""

    names: frozenset[str] = frozenset()

    @classmethod
    def of(cls, names: Collection[str]) -> Ourselves:
        return cls(frozenset(name.casefold().lstrip("@") for name in names if name))

    def holds(self, *names: object) -> bool:
        return any(isinstance(name, str) and name.casefold() in self.names for name in names)


def safe_link(text: object) -> str:
    """The address, where it is one that may stand on a page of the desk; else empty."""
    found = isinstance(text, str) and (_LINK.fullmatch(text) or _HERE.fullmatch(text))
    return str(text) if found else ""
