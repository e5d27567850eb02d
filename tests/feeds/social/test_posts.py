"""Posts as the three providers give them out: what is taken, what is passed over, and that nothing of it can hurt."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.records import Rejected
from feeds.social.bluesky import read_message
from feeds.social.event_stream import EventStream, EventTooLongError
from feeds.social.mastodon import plain, read_event, read_timeline
from feeds.social.post import Gone, Heard, Ourselves, safe_link
from feeds.social.x import read_search

OURS = Ourselves.of(["1403201", "@city@mastodon.example", "did:plc:city"])
AT = "2026-11-22T01:02:03.000Z"
WHEN = datetime(2026, 11, 22, 1, 2, 3, tzinfo=UTC)
US = 1_795_309_323_000_000  # the same


def tweet(**more: Any) -> dict[str, Any]:
    return {
        "id": "1990000000000000001",
        "text": "盛岡で冠水",
        "author_id": "77",
        "created_at": AT,
        "lang": "ja",
        **more,
    }


def x(*rows: Any, **meta: Any) -> Heard:
    heard = read_search(json.dumps({"data": list(rows), "meta": {"result_count": len(rows), **meta}}).encode(), OURS)
    assert isinstance(heard, Heard), heard
    return heard


def status(**more: Any) -> dict[str, Any]:
    account = {"id": "5", "acct": "hanako@example.jp", "bot": False} | more.pop("account", {})
    told = {"id": "115", "created_at": AT, "visibility": "public", "content": "<p>盛岡で<br>冠水 &amp; 停電</p>"}
    return {**told, "url": "https://mastodon.example/@hanako/115", "account": account, "language": "ja", **more}


def commit(record: Any, operation: str = "create", **more: Any) -> bytes:
    inside = {"operation": operation, "collection": "app.bsky.feed.post", "rkey": "3lk", "record": record}
    return json.dumps({"did": "did:plc:hanako", "time_us": US, "kind": "commit", "commit": inside, **more}).encode()


def bsky(record: Any, operation: str = "create") -> Heard:
    heard = read_message(commit(record, operation), OURS)
    assert isinstance(heard, Heard), heard
    return heard


def test_a_page_of_x_is_posts_without_repeats_quotes_ours_and_answers_to_us() -> None:
    heard = x(
        tweet(),
        tweet(id="2", note_tweet={"text": "長い投稿のすべて"}, text="長い…"),
        tweet(id="3", referenced_tweets=[{"type": "retweeted", "id": "1"}]),
        tweet(id="4", referenced_tweets=[{"type": "quoted", "id": "1"}]),
        tweet(id="5", author_id="1403201"),
        tweet(id="6", in_reply_to_user_id="1403201", referenced_tweets=[{"type": "replied_to", "id": "1"}]),
        tweet(id="7", referenced_tweets=[{"type": "replied_to", "id": "1"}]),
        tweet(id="8", withheld={"copyright": True}),
        tweet(id="9", created_at="now"),
        "no post",
        newest_id="9",
        next_token="abc",
    )
    assert [post.id for post in heard.posts] == ["1990000000000000001", "2", "7"]
    assert heard.posts[1].text == "長い投稿のすべて"
    assert heard.posts[0].link == "https://x.com/i/web/status/1990000000000000001", "it names nobody"
    assert heard.posts[0].at == WHEN
    assert (heard.newest, heard.more, heard.count) == ("9", "abc", 10), "each of them is charged for"
    assert [one.at for one in heard.rejected] == ["$.data[8].created_at", "$.data[9]"]


def test_an_empty_page_of_x_has_no_data() -> None:
    heard = read_search(b'{"meta": {"result_count": 0}}', OURS)
    assert isinstance(heard, Heard) and heard == Heard()
    assert isinstance(read_search(b"[]", OURS), Rejected)


@pytest.mark.parametrize(
    "more",
    [
        {"visibility": "unlisted"},
        {"visibility": "private"},
        {"reblog": {"id": "1"}},
        {"quote": {"state": "accepted"}},
        {"account": {"bot": True}},
        {"account": {"noindex": True}},
        {"account": {"indexable": False}},
        {"account": {"acct": "City@mastodon.example"}},
        {"in_reply_to_id": "1", "mentions": [{"acct": "city@mastodon.example", "id": "9"}]},
    ],
)
def test_statuses_that_are_none_of_our_business(more: dict[str, Any]) -> None:
    heard = read_timeline(json.dumps([status(**more)]).encode(), OURS)
    assert isinstance(heard, Heard) and heard.posts == () and heard.rejected == ()


def test_a_status_is_its_words_without_html_and_its_warning() -> None:
    heard = read_event("update", json.dumps(status(spoiler_text="大雨")), OURS)
    assert isinstance(heard, Heard)
    assert heard.posts[0].text == "大雨\n盛岡で\n冠水 & 停電\n" and heard.newest == "115"
    assert plain("<p>a<script>b</p") == "ab"


def test_an_edit_takes_back_before_it_brings_and_a_deletion_takes_back() -> None:
    edited = read_event("status.update", json.dumps(status()), OURS)
    assert isinstance(edited, Heard)
    assert edited.gone == (Gone("mastodon", "115"),) and len(edited.posts) == 1 and edited.newest == ""
    assert read_event("delete", "115", OURS) == Heard(gone=(Gone("mastodon", "115"),))
    assert read_event("filters_changed", "undefined", OURS) == Heard()
    assert isinstance(read_event("delete", "<script>", OURS), Rejected)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "http://mastodon.example/1", 'https://a/"onclick=', None])
def test_a_link_that_may_not_stand_on_a_page_makes_no_post(url: str | None) -> None:
    heard = read_timeline(json.dumps([status(url=url)]).encode(), OURS)
    assert isinstance(heard, Heard) and heard.posts == () and len(heard.rejected) == 1
    assert safe_link(url) == ""


def test_posts_of_bluesky_are_made_changed_deleted_and_leave_with_their_author() -> None:
    record = {"text": "盛岡で冠水", "createdAt": AT, "langs": ["ja"]}
    made = bsky(record)
    assert made.posts[0].link == "https://bsky.app/profile/did:plc:hanako/post/3lk" and made.newest == str(US)
    assert made.posts[0].id == "did:plc:hanako/3lk" and made.gone == ()
    assert bsky(record, "update").gone == (Gone("bluesky", "did:plc:hanako/3lk"),)
    assert bsky(None, "delete") == Heard(gone=(Gone("bluesky", "did:plc:hanako/3lk"),), newest=str(US))
    left = read_message(commit(None, kind="account", account={"active": False, "status": "deleted"}), OURS)
    assert isinstance(left, Heard) and left.gone == (Gone("bluesky", "did:plc:hanako/", whole=True),)
    back = read_message(commit(None, kind="account", account={"active": True}), OURS)
    assert back == Heard(newest=str(US))


@pytest.mark.parametrize(
    "more",
    [
        {"embed": {"$type": "app.bsky.embed.record"}},
        {"embed": {"$type": "app.bsky.embed.recordWithMedia"}},
        {"reply": {"parent": {"uri": "at://did:plc:city/app.bsky.feed.post/1"}}},
        {"labels": {"values": [{"val": "bot"}]}},
        {"createdAt": "2019-08-01T00:00:00Z"},  # brought along from elsewhere
    ],
)
def test_posts_of_bluesky_that_are_none_of_our_business(more: dict[str, Any]) -> None:
    assert bsky({"text": "盛岡で冠水", "createdAt": AT, **more}).posts == ()


def test_a_clock_that_is_ahead_is_not_believed() -> None:
    assert bsky({"text": "盛岡", "createdAt": "2031-01-01T00:00:00Z"}).posts[0].at == WHEN


def test_a_post_does_not_print_its_words_or_its_author() -> None:
    assert "冠水" not in repr(x(tweet()).posts[0]) and "77" not in repr(x(tweet()).posts[0])


_ANY = st.none() | st.integers() | st.text(max_size=9)
_NESTED = st.lists(_ANY | st.lists(_ANY, max_size=2), max_size=3)


@settings(max_examples=40)
@given(st.binary(max_size=60) | _NESTED.map(lambda value: json.dumps(value).encode()))
def test_nothing_that_is_sent_can_raise(payload: bytes) -> None:
    for answer in (read_search(payload, OURS), read_timeline(payload, OURS), read_message(payload, OURS)):
        assert isinstance(answer, Heard | Rejected)
    for name in ("update", "delete", "status.update", "x"):
        assert isinstance(read_event(name, payload.decode("utf-8", "replace"), OURS), Heard | Rejected)


_BAD = (
    st.none()
    | st.integers()
    | st.text(max_size=5)
    | st.lists(st.none() | st.dictionaries(st.text(max_size=3), st.none()))
)


@settings(max_examples=40)
@given(
    st.sampled_from(["data", "meta", "id", "text", "author_id", "created_at", "referenced_tweets", "note_tweet"]), _BAD
)
def test_members_of_any_kind_are_told_and_never_raise(name: str, value: Any) -> None:
    whole: dict[str, Any] = {"data": [tweet(**{name: value})], "meta": {}}
    whole |= {name: value} if name in whole else {}
    assert isinstance(read_search(json.dumps(whole).encode(), OURS), Heard | Rejected)
    shaped = status(**dict.fromkeys(("account_", "mentions", "content", "url", "language", "spoiler_text"), value))
    assert isinstance(read_timeline(json.dumps([shaped, {**shaped, "account": value}]).encode(), OURS), Heard)
    record = {"text": "x", "createdAt": value, "langs": value, "reply": value, "embed": value, "labels": value}
    assert isinstance(read_message(commit(record), OURS), Heard | Rejected)
    assert isinstance(read_message(commit(value), OURS), Heard | Rejected)


@given(st.lists(st.integers(1, 40), max_size=30))
def test_events_are_whole_wherever_the_line_is_cut(sizes: list[int]) -> None:
    stream, found = EventStream(), []
    text = ':thump\n\nevent: update\ndata: {"a": "盛"}\n\nevent: delete\r\ndata: 1\r\n\r\n'.encode()
    text += b"event: update\ndata: half"
    for size in sizes:
        found += stream.feed(text[:size])
        text = text[size:]
    found += stream.feed(text)
    assert found == [("update", '{"a": "盛"}'), ("delete", "1")], "what was cut in the middle is no event"


def test_a_stream_without_end_is_given_up() -> None:
    with pytest.raises(EventTooLongError):
        EventStream().feed(b"x" * 2_000_000)
