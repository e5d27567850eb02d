"""Japan's wall clock: what people here read and write where a time has no offset.

Fixed at nine hours ahead of UTC: Japan has kept no summer time since 1951, and a table of zones would move the odd
years (1 and 9999 turn up in telegrams) by minutes.
"""

from __future__ import annotations

from datetime import timedelta, timezone

JAPAN = timezone(timedelta(hours=9), "JST")
