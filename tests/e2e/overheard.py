"""What people would say of the exercise's night in public: leads of a drill, for the picture of the desk's page."""

from __future__ import annotations

from datetime import datetime, timedelta

from feeds.social.post import Post
from feeds.status import Status
from geo.heard.book import Book
from geo.heard.lead import lead_of
from geo.heard.matching import Matcher
from services.configuration.listening import Listening
from services.store import leads, listened
from services.store.engine import Store
from services.store.listened import Source

LISTENING = Listening.model_validate(
    {
        "x": {"bearer": "played", "reads_a_month": 4000, "base_url": "http://127.0.0.1:9"},
        "mastodon": {"url": "http://127.0.0.1:9", "token": "played", "tags": ["盛岡"]},
        "bluesky": {"url": "ws://127.0.0.1:9"},
        "status": "Exercise",
    }
)
_SAID = (  # minutes ago, provider, who, words
    (2, "x", "a", "開運橋の下、道路が冠水してる"),
    (4, "x", "b", "開運橋のとこ水没しかけ、通れない #盛岡"),
    (6, "bluesky", "c", "盛岡、開運橋の下の道が冠水して通行止めになってた"),
    (9, "x", "a", "開運橋まだ冠水"),
    (24, "mastodon", "d", "#盛岡 開運橋のあたり冠水って本当？"),
    (11, "x", "e", "盛岡の青山、停電した"),
    (12, "x", "f", "盛岡市青山 停電なう"),
    (40, "mastodon", "g", "#盛岡 2013年の簗川の氾濫を思い出す"),
    (55, "x", "h", "盛岡でクマ出たらしい、岩山のほう"),
)


async def overhear(store: Store, book: Book, now: datetime) -> None:
    """Posts to leads by the hub's own words, and how each source is doing."""
    matcher = Matcher(book)
    async with store.write() as connection:
        for number, (minutes, provider, who, text) in enumerate(_SAID):
            at = now - timedelta(minutes=minutes)
            link = f"https://{provider}.example/{number}"
            post = Post(provider=provider, id=str(number), link=link, at=at, language="ja", text=text, author=who)
            match = matcher.match(text, at)
            assert match is not None, text
            await leads.keep(connection, [lead_of(post, match, b"of the drill", Status.EXERCISE)])
        for source, state, ago, trouble in (
            ("x", "listening", 1, ""),
            ("mastodon:盛岡", "listening", 0, ""),
            ("bluesky", "failing", 9, "Bluesky の接続が切れました"),
        ):
            at = now - timedelta(minutes=ago)
            resumes = now + timedelta(minutes=2) if trouble else None
            told = Source(source=source, cursor="", at=at, state=state, trouble=trouble, resumes=resumes)
            await listened.save(connection, told)
        await listened.charge(connection, "x", now.replace(minute=0, second=0, microsecond=0), 212)
