"""Notices that end or change an earlier one: 発見, 解決, 取消, 訂正, 続報, by the words of their subject."""

from __future__ import annotations

import re

from feeds.crime_types import Follows
from feeds.japanese_time import normal

_WORDS = (  # the first that stands in the subject; a call for help to find somebody is no such notice
    (Follows.WITHDRAWN, r"取消|取り消し|取りやめ|誤配信"),
    (Follows.CORRECTED, r"訂正"),
    (Follows.FOUND, r"発見(?!(?:に|へ|への|の)?(?:ご|御)?協力|に向け)|無事|保護され"),
    (Follows.SOLVED, r"解決|検挙|逮捕|解除"),
    (Follows.MORE, r"続報"),
)
_WORD = r"(?:訂正|取消|取り消し|解決|続報|発見|第[0-9]+報)"
_MARK = re.compile(rf"[【\[［(（]{_WORD}[】\]］)）]|の?{_WORD}(?:について)?$")


def follows_of(subject: str) -> Follows | None:
    """What the notice does to an earlier one; None for a notice of its own."""
    text = normal(subject)
    return next((follows for follows, pattern in _WORDS if re.search(pattern, text)), None)


def unmarked(subject: str) -> str:
    """The subject without the words that say it follows another: what the earlier one's was, if it was repeated."""
    return _MARK.sub("", normal(subject)).strip()
