"""Leads in the store, on both engines: once each, forgotten on time, salts with them."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import func, select

from feeds.social.post import Gone
from feeds.status import Status
from services.store import leads, listened
from services.store.engine import Store
from services.store.listened import Source
from services.store.tables_leads import lead_acts, lead_salts
from tests.geo.heard.making import NOW, lead

DAY = timedelta(days=1)


async def test_a_post_is_one_lead_and_goes_when_its_author_says_so(store: Store) -> None:
    async with store.write() as connection:
        assert await leads.keep(connection, [lead("1"), lead("2", provider="bluesky"), lead("1")]) == 2
        assert await leads.keep(connection, [lead("1", words=("other",))]) == 0
        await leads.keep(connection, [lead("did:a/1", provider="bluesky"), lead("did:ab/1", provider="bluesky")])
    async with store.write() as connection:
        gone = [Gone("x", "1"), Gone("x", "2"), Gone("bluesky", "did:a/", whole=True), Gone("mastodon", "1")]
        assert await leads.drop(connection, gone) == 2
        kept = await leads.since(connection, Status.ACTUAL, NOW - DAY, 10)
        assert [(one.provider, one.post) for one in kept] == [("bluesky", "did:ab/1"), ("bluesky", "2")]
        assert await leads.since(connection, Status.EXERCISE, NOW - DAY, 10) == []
        assert kept[0].words == ("冠水",) and kept[0].at == NOW and kept[0].number > kept[1].number


async def test_everything_is_forgotten_on_time(store: Store) -> None:
    act = leads.Act(
        status=Status.ACTUAL, hazard="flood", place="内丸", low=1, through=2, act="nothing", at=NOW, who="sato"
    )
    async with store.write() as connection:
        salt = await leads.salt(connection, date(2026, 11, 22))
        assert salt == await leads.salt(connection, date(2026, 11, 22)) and len(salt) == 32
        assert salt != await leads.salt(connection, date(2026, 11, 23))
        await leads.keep(connection, [lead("1"), lead("2", provider="mastodon")])
        await leads.act(connection, act)
        await listened.charge(connection, "x", NOW.replace(minute=0), 7)
        await listened.charge(connection, "x", NOW.replace(minute=0), -3)
        assert await listened.charged(connection, "x", NOW - DAY) == 4
    for days, left, acts, salts in ((0.9, 2, 1, 2), (1.1, 1, 1, 2), (2.1, 0, 1, 2), (4.0, 0, 1, 0), (10, 0, 0, 0)):
        async with store.write() as connection:
            await leads.forget(connection, NOW + days * DAY, 2 * DAY, DAY)
            assert len(await leads.since(connection, Status.ACTUAL, NOW - DAY, 10)) == left, days
            assert await connection.scalar(select(func.count()).select_from(lead_acts)) == acts
            assert await connection.scalar(select(func.count()).select_from(lead_salts)) == salts, days
            assert await leads.acts(connection, Status.ACTUAL) == [act] * acts


async def test_a_source_is_as_it_was_last(store: Store) -> None:
    one = Source(source="x", cursor="{}", at=NOW, state="spent", trouble="t", since=NOW, resumes=NOW + DAY)
    async with store.write() as connection:
        await listened.save(connection, one)
        two = Source(source="x", cursor="{}", at=NOW + DAY, state="listening")
        await listened.save(connection, two)
        assert await listened.find(connection, "x") == two and await listened.find(connection, "y") is None
        assert await listened.every(connection, ["x", "y"]) == {"x": two}
