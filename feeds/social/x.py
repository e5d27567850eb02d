"""X API v2, ``GET /2/tweets/search/recent``: one page of posts.

``data[]`` with ``id text created_at author_id lang referenced_tweets in_reply_to_user_id note_tweet withheld``, and
``meta`` with ``newest_id next_token``. Links go by the post's number alone, which names nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from feeds.instant import instant
from feeds.records import Rejected
from feeds.safe_json import read_json
from feeds.social.post import LONGEST, Heard, Ourselves, Post

PROVIDER = "x"
FIELDS = "author_id,created_at,in_reply_to_user_id,lang,note_tweet,referenced_tweets,withheld"
_MAX_BYTES = 2 * 1024 * 1024
_REPEATS = {"retweeted", "quoted"}


def read_search(payload: bytes, ours: Ourselves) -> Heard | Rejected:
    """The posts of a page, newest first, without repeats, quotes, our own and answers to us. Never raises."""
    whole = read_json(payload, _MAX_BYTES)
    if isinstance(whole, Rejected):
        return whole
    if not isinstance(whole, dict) or not ("data" in whole or "meta" in whole):
        return Rejected(code="bad_shape", message="neither data nor meta: no answer of the search", at="$")
    data, meta = whole.get("data", []), whole.get("meta", {})
    if not isinstance(data, list) or not isinstance(meta, dict):
        return Rejected(code="bad_shape", message="data is no list, or meta no object", at="$.data")
    read = [_post(row, ours, f"$.data[{place}]") for place, row in enumerate(data)]
    newest, more = meta.get("newest_id"), meta.get("next_token")
    return Heard(
        posts=tuple(one for one in read if isinstance(one, Post)),
        rejected=tuple(one for one in read if isinstance(one, Rejected)),
        count=len(data),
        newest=newest if isinstance(newest, str) and _number(newest) else "",
        more=more if isinstance(more, str) and len(more) <= 200 else "",
    )


def _post(row: object, ours: Ourselves, at: str) -> Post | Rejected | None:
    if not isinstance(row, dict):
        return Rejected(code="bad_shape", message="a post is an object", at=at)
    number, author, text = row.get("id"), row.get("author_id"), _text(row)
    if not (_number(number) and isinstance(author, str) and author and text):
        return Rejected(code="bad_shape", message="a post has id, author_id and text", at=at)
    try:
        written = instant(str(row.get("created_at")))
    except ValueError as error:
        return Rejected(code="bad_time", message=str(error), at=f"{at}.created_at")
    if row.get("withheld") or _repeats(row) or ours.holds(author, row.get("in_reply_to_user_id")):
        return None
    lang = row.get("lang")
    return Post(
        provider=PROVIDER,
        id=str(number),
        link=f"https://x.com/i/web/status/{number}",
        at=written,
        language=lang[:16] if isinstance(lang, str) else "",
        text=text[:LONGEST],
        author=author,
    )


def _text(row: Mapping[str, Any]) -> str:
    """The whole of a long post stands apart."""
    note = row.get("note_tweet")
    long = note.get("text") if isinstance(note, dict) else None
    found = long if isinstance(long, str) else row.get("text")
    return found if isinstance(found, str) else ""


def _repeats(row: Mapping[str, Any]) -> bool:
    named = row.get("referenced_tweets")
    return isinstance(named, list) and any(isinstance(one, dict) and one.get("type") in _REPEATS for one in named)


def _number(value: object) -> bool:
    return isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 20
