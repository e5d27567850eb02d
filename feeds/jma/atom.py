"""JMA's Atom feeds: which telegrams there are. What an entry is stands in the name of its file, not in its words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from lxml import etree

from feeds.jma.feed import telegram_code
from feeds.records import Rejected
from feeds.safe_xml import read_xml

_LINK_AT_MOST = 512  # characters
_ATOM = "{http://www.w3.org/2005/Atom}"
_NAME = re.compile(r"(?P<stamp>[0-9]{14})_(?P<number>[0-9]+)_(?P<code>[A-Za-z0-9]{6})_(?P<area>[A-Za-z0-9]+)\.xml")


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """One telegram on offer. Ordered by time: of two of one series the greater is the newer."""

    stamp: datetime  # UTC, when it was distributed
    number: int
    link: str
    code: str  # VPWW55
    area: str  # 030000, the office's area

    @property
    def name(self) -> str:
        """The file's own name, by which the type of the telegram is known."""
        return self.link.rpartition("/")[2]

    @property
    def series(self) -> tuple[str, str]:
        """What a newer one may replace: it must not be overtaken by the older."""
        return self.code, self.area


def read_feed(payload: bytes) -> tuple[Entry, ...] | Rejected:
    """The entries whose links are telegrams, newest first; anything that is no whole Atom feed is refused."""
    root = read_xml(payload)
    if isinstance(root, Rejected):
        return root
    if root.tag != f"{_ATOM}feed":
        return Rejected(code="not_atom", message=f"the root is {root.tag!r}, not an Atom feed"[:200], at="line 1")
    return tuple(sorted(set(_entries(root)), reverse=True))


def _entries(root: etree._Element) -> Iterator[Entry]:
    for entry in root.iterchildren(f"{_ATOM}entry"):
        for link in entry.iterchildren(f"{_ATOM}link"):
            href = (link.get("href") or "").strip()
            found = _NAME.fullmatch(href.rpartition("/")[2])
            if found is None or telegram_code(href) is None or len(href) > _LINK_AT_MOST:
                continue
            try:
                stamp = datetime.strptime(found["stamp"], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
            except ValueError:
                continue
            yield Entry(stamp, int(found["number"]), href, found["code"], found["area"])
