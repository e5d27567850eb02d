"""Atom feeds of CAP alerts (RFC 4287): where the documents are, and where the heartbeat is that tells of lost ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from lxml import etree

from feeds.cap.types import CapError
from feeds.cap.xml import LIMIT, parse

ATOM = "{http://www.w3.org/2005/Atom}"
_CAP = ("application/cap+xml", "application/common-alerting-protocol+xml", "")  # some do not say
_MOST = 1000  # documents of one feed


@dataclass(frozen=True, slots=True)
class Index:
    """Full addresses, in the order of the feed."""

    documents: tuple[str, ...]
    heartbeat: str = ""


def read_atom(data: bytes, url: str, limit: int = LIMIT) -> Index:
    """What the feed at ``url`` lists. Raises :class:`CapError` for anything that is no whole Atom feed."""
    root = parse(data, limit)
    if root.tag != f"{ATOM}feed":
        raise CapError("not_atom", f"the root is {root.tag[:200]!r}, not an Atom feed", "line 1")
    listed = dict.fromkeys(one for entry in root.iterchildren(f"{ATOM}entry") for one in _documents(entry, url))
    if len(listed) > _MOST:
        raise CapError("too_many", f"{len(listed)} alerts in one feed; at most {_MOST} are read", "/feed")
    beats = (
        _address(link, url)
        for link in root.iterchildren(f"{ATOM}link")
        if (link.get("rel"), link.get("title")) == ("related", "heartbeat")
    )
    return Index(tuple(listed), next(filter(None, beats), ""))


def _documents(entry: etree._Element, url: str) -> Iterator[str]:
    """The links of an entry that are CAP; other forms of the same alert stand beside them."""
    for link in entry.iterchildren(f"{ATOM}link"):
        kind = link.get("type", "").partition(";")[0].strip().lower()
        if link.get("rel", "alternate") == "alternate" and kind in _CAP and (address := _address(link, url)):
            yield address


def _address(link: etree._Element, url: str) -> str:
    """The full address; empty where it is none of the web."""
    try:
        full = urljoin(url, link.get("href", "").strip())
        return full if urlsplit(full).scheme in ("http", "https") and urlsplit(full).hostname else ""
    except ValueError:
        return ""
