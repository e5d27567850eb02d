"""Mastodon: statuses of a timeline, and the events of a stream (``update``, ``status.update``, ``delete``).

Only posts that everybody may see count. Who wrote in the profile that they want to stay out of search
(``noindex``, ``indexable: false``) is passed over, and so are robots.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any

from feeds.instant import instant
from feeds.records import Rejected
from feeds.safe_json import read_json
from feeds.social.post import LONGEST, Gone, Heard, Ourselves, Post, safe_link

PROVIDER = "mastodon"
_MAX_BYTES = 2 * 1024 * 1024
_BREAK = re.compile(r"<br\s*/?>|</p>", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>?")


def read_timeline(payload: bytes, ours: Ourselves) -> Heard | Rejected:
    """A page of a timeline, newest first as the server gives it; ``newest`` is the highest id on it. Never raises."""
    whole = read_json(payload, _MAX_BYTES)
    if isinstance(whole, Rejected):
        return whole
    if not isinstance(whole, list):
        return Rejected(code="bad_shape", message="a timeline is a list of statuses", at="$")
    read = [_status(row, ours, f"$[{place}]") for place, row in enumerate(whole)]
    ids = [row["id"] for row in whole if isinstance(row, dict) and _is_id(row.get("id"))]
    return Heard(
        posts=tuple(one for one in read if isinstance(one, Post)),
        rejected=tuple(one for one in read if isinstance(one, Rejected)),
        count=len(whole),
        newest=max(ids, key=order, default=""),
    )


def read_event(name: str, data: str, ours: Ourselves) -> Heard | Rejected:
    """One event of a stream. An edit takes the old words back before it brings the new ones. Never raises."""
    if name == "delete":
        number = data.strip()
        return Heard(gone=(Gone(PROVIDER, number),)) if _is_id(number) else _bad("delete names no status", "$")
    if name not in {"update", "status.update"}:
        return Heard()
    row = read_json(data.encode("utf-8", "replace"), _MAX_BYTES)
    if isinstance(row, Rejected):
        return row
    found = _status(row, ours, "$")
    if isinstance(found, Rejected):
        return found
    number = str(row["id"]) if isinstance(row, dict) else ""
    return Heard(
        posts=(found,) if found else (),
        gone=(Gone(PROVIDER, number),) if name == "status.update" else (),
        count=1,
        newest=number if name == "update" else "",
    )


def order(number: str) -> tuple[int, str]:
    """Ids sort by time when the shorter comes first."""
    return len(number), number


def _status(row: object, ours: Ourselves, at: str) -> Post | Rejected | None:
    if not isinstance(row, dict):
        return _bad("a status is an object", at)
    account, number, content = row.get("account"), row.get("id"), row.get("content")
    if not (isinstance(account, dict) and _is_id(number) and isinstance(content, str)):
        return _bad("a status has id, account and content", at)
    if not _wanted(row, account, ours):
        return None
    link, author = safe_link(row.get("url")), account.get("acct")
    if not (link and isinstance(author, str) and author):
        return _bad("a public status has url and acct", at)
    try:
        written = instant(str(row.get("created_at")))
    except ValueError as error:
        return Rejected(code="bad_time", message=str(error), at=f"{at}.created_at")
    language, warning = row.get("language"), row.get("spoiler_text")
    text = f"{warning}\n{content}" if isinstance(warning, str) and warning else content
    return Post(
        provider=PROVIDER,
        id=str(number),
        link=link,
        at=written,
        language=language[:16] if isinstance(language, str) else "",
        text=plain(text[: 8 * LONGEST])[:LONGEST],
        author=author,
    )


def _wanted(row: Mapping[str, Any], account: Mapping[str, Any], ours: Ourselves) -> bool:
    if row.get("visibility") != "public" or row.get("reblog") or row.get("quote"):
        return False
    if account.get("bot") or account.get("noindex") or account.get("indexable") is False:
        return False
    if ours.holds(account.get("acct"), account.get("id"), account.get("url"), row.get("in_reply_to_account_id")):
        return False
    mentioned = row.get("mentions")
    named = mentioned if isinstance(mentioned, list) and row.get("in_reply_to_id") else []
    return not any(isinstance(one, dict) and ours.holds(one.get("acct"), one.get("id")) for one in named)


def plain(content: str) -> str:
    """The words of a status, without its HTML."""
    return html.unescape(_TAG.sub("", _BREAK.sub("\n", content)))


def _is_id(value: object) -> bool:
    return isinstance(value, str) and value.isascii() and value.isalnum() and len(value) <= 40


def _bad(message: str, at: str) -> Rejected:
    return Rejected(code="bad_shape", message=message, at=at)
