"""Refusals quote strangers, and can be stored and shown all the same."""

from __future__ import annotations

from feeds.records import Rejected
from feeds.registry import for_message
from tests.feeds.making import message, refusal


def test_what_cannot_be_seen_stands_as_an_escape() -> None:
    refused = Rejected(code="bad_name", message="a\0b\x1b[2J\u202e\ud800 積雪\n", at="/\x7f")
    assert refused.message == r"a\x00b\x1b[2J\u202e\ud800 積雪" + "\n"
    assert refused.at == r"/\x7f"
    assert len(Rejected(code="bad_name", message="\x7f" * 300, at="\x7f" * 300).message) == 800


def test_a_nul_in_a_version_is_no_nul_in_the_store() -> None:
    came = message(b'[{"bver":"\\u0000"}]', "hub/v1/gw07/batch")
    feed = for_message(came)
    assert feed is not None
    assert refusal(feed.decode(came)).message.startswith(r"bver is \x00;")
