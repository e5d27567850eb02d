"""Going through the info blocks of a document, as many of them as any honest sender writes."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import datetime

from lxml import etree

from feeds.cap.read import moment_of
from feeds.cap.schema import is_time
from feeds.cap.tree import children_of, words_of

_MOST = 1000  # blocks, and areas of a block, that are looked into; real alerts have dozens


def blocks(root: etree._Element) -> Iterator[etree._Element]:
    """The info blocks."""
    return itertools.islice(children_of(root, "info"), _MOST)


def of_blocks(root: etree._Element, name: str) -> Iterator[tuple[etree._Element, etree._Element]]:
    """Every child of this name in every block, behind its block."""
    for info in blocks(root):
        for child in itertools.islice(children_of(info, name), _MOST):
            yield info, child


def moment(parent: etree._Element, name: str) -> datetime | None:
    """The time in the child of this name; None where there is none that CAP allows."""
    text = words_of(parent, name)
    try:
        return moment_of(text) if is_time(text) else None
    except OverflowError:  # midnight after the last day there is
        return None
