"""What has to hold of a decoder, whatever it is given: said once, for the short tests and for the long runs."""

from __future__ import annotations

import json
import re
from typing import Any

from feeds.checks import checked
from feeds.contract import record_line, rejected_line
from feeds.feed import Feed
from feeds.records import Decoded, Message, Record, Rejected
from services.store.codec import from_json, to_json

CODE = re.compile(r"[a-z_]{3,24}")
MOST_REFUSED = 101  # parts of one message
_SENTENCE = 800  # characters; the longest names every quantity there is
_KEY, _SUBJECT = 1_200, 300  # characters; SQLite and PostgreSQL index both


def holds(feed: Feed, message: Message) -> None:
    """Decoding is a pure function; what it gives can be shown, stored and read again as it was."""
    first = feed.decode(message)
    assert feed.decode(message) == first, "the same message is decoded in two ways"
    outcome = checked(first, message)
    assert len(outcome.rejected) <= MOST_REFUSED
    fits(outcome)


def fits(outcome: Decoded) -> None:
    """Every record and every refusal goes out in the contract's lines and into the store."""
    for record in outcome.records:
        _lasts(record)
    for rejected in outcome.rejected:
        named(rejected)


def named(rejected: Rejected) -> None:
    """A refusal has a code for programs, and a sentence and a place for people."""
    assert CODE.fullmatch(rejected.code), rejected.code
    assert 8 <= len(rejected.message) <= _SENTENCE and rejected.at, rejected
    in_json(rejected_line(rejected))
    for text in (rejected.message, rejected.at):
        _is_text(text)


def in_json(line: Any) -> str:
    """The line as it leaves the house: JSON of finite numbers, in UTF-8."""
    written = json.dumps(line, ensure_ascii=False, allow_nan=False)
    written.encode()
    return written


def _lasts(record: Record) -> None:
    escapes = in_json(record_line(record)).replace(r"\\", "")
    assert r"\u0000" not in escapes, "PostgreSQL reads no NUL out of JSON"
    stored = json.dumps(to_json(record), allow_nan=False)
    assert from_json(type(record), json.loads(stored)) == record, "what is stored is not what was decoded"
    assert 0 < len(record.key) <= _KEY and 0 < len(record.subject) <= _SUBJECT, record
    for text in (record.key, record.subject, record.gateway):
        _is_text(text)
    assert record.measured_at.tzinfo is not None


def _is_text(text: str) -> None:
    """What a column of text takes: UTF-8 without NUL."""
    assert "\0" not in text, f"a NUL in {text!r}"
    text.encode()
