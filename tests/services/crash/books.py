"""What each stand-in has in its books, part by part and in order, as it compares with what was to be sent."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree


def _whole(text: str) -> str:
    return text


def _canonical_json(text: str) -> str:
    return json.dumps(json.loads(text), sort_keys=True)


def _canonical_xml(text: str | bytes) -> str:
    document = text.encode() if isinstance(text, str) else text
    return etree.tostring(etree.fromstring(document), method="c14n", exclusive=True).decode()


@dataclass(frozen=True)
class Book:
    """``told`` reads the stand-in's own records; ``form`` is how a part of a payload would stand there.

    ``parts`` are those that must be there; what else there may be stands in ``besides``.
    """

    told: Callable[[Any], list[str]]
    form: Callable[[str], str] = _whole
    parts: int | None = None
    besides: Callable[[Any], list[str]] = lambda fake: []


BOOKS: Mapping[str, Book] = {
    "x": Book(lambda fake: [post.text for post in fake.posts]),
    "mastodon": Book(lambda fake: [post.text for post in fake.posts]),
    "bluesky": Book(lambda fake: [record["text"] for record in fake.records.values()]),
    # A comment stands under the post before it, and is left out where that never went out.
    "facebook": Book(
        lambda fake: [post.text for post in fake.posts],
        parts=1,
        besides=lambda fake: [f"{one.under} {one.text}" for one in fake.comments],
    ),
    "line": Book(lambda fake: [text for one in fake.broadcasts for text in one.texts]),
    "linkage": Book(lambda fake: [one.document.decode() for one in fake.received]),
    "webhook": Book(lambda fake: [_canonical_json(json.dumps(one)) for one in fake.received.values()], _canonical_json),
    "lalert": Book(lambda fake: [_canonical_xml(one.document) for one in fake.kept], _canonical_xml),
    "urgent_mail": Book(lambda fake: [_canonical_xml(one.document) for one in fake.kept], _canonical_xml),
}
