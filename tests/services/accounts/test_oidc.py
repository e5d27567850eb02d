"""The city's own login, spoken for real with a provider on this machine that also lies, ages, sleeps and dies."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import SecretStr, ValidationError
from sqlalchemy import select

from services.clock import wall
from services.configuration.accounts import Accounts
from services.configuration.oidc import Oidc
from services.store import identities, users
from services.store.engine import Store
from services.store.tables import chronology as log
from services.store.users import Role
from services.web.auth_oidc import PROVIDER
from tests.fakes.openid import CLIENT, SECRET, FakeOpenId
from tests.services.web_floor import Visitor, floor

pytestmark = pytest.mark.one_engine
KEY = SecretStr("a-key-of-accounts-that-is-long-enough")
HTML = {"Accept": "text/html"}
NOTE = "/api/v1/chronology"


@pytest.fixture
async def city() -> AsyncIterator[FakeOpenId]:
    fake = FakeOpenId()
    await fake.start()
    yield fake
    await fake.stop()


def accounts(fake: FakeOpenId, **changes: Any) -> Accounts:
    oidc = {"issuer": fake.issuer, "client_id": CLIENT, "client_secret": SECRET, "timeout_s": 2}
    roles = {"bosai": "approver", "kacho": "admin", "all": "viewer"}
    return Accounts(key=KEY, oidc=Oidc.model_validate({**oidc, "roles": roles, **changes}))


async def through(visitor: Visitor, wanted: str = "/ops/alerts") -> tuple[int, str]:
    """Follow the button of the login page to the provider and back; status and text of where it ends."""
    async with visitor.http.get("/login/oidc", params={"next": wanted}, headers=HTML) as response:
        return response.status, await response.text()


async def said(store: Store) -> str:
    async with store.read() as connection:
        return " ".join(await connection.scalars(select(log.c.text).where(log.c.kind == "access")))


async def test_a_person_of_the_city_comes_in_with_the_role_of_their_groups(store: Store, city: FakeOpenId) -> None:
    async with floor(store, accounts=accounts(city)) as running:
        visitor = await running.visitor()
        async with visitor.http.get("/login", headers=HTML) as response:
            assert "市の共通ログイン" in await response.text()
        status, page = await through(visitor)
        assert status == 200 and 'content="0; url=/ops/alerts"' in page
        assert (await visitor.get(NOTE))[0] == 200
        async with store.read() as connection:
            account = await users.find(connection, "sato")
        assert account and account.role is Role.APPROVER and not account.usable
        assert (await (await running.visitor()).log_in("sato", ""))[0] == 403, "no password, and none that is empty"
        city.person |= {"groups": ["all"]}
        other = await running.visitor()
        await through(other)
        assert (await visitor.post(NOTE, {"text": "x"}))[0] == 403, "a viewer from now on, everywhere"
        _, page = await other.get("/ops/account", headers=HTML)
        token = re.search(r'data-csrf="([^"]+)"', page)
        assert token
        async with other.http.post("/logout", data={"csrf": token[1]}, headers=HTML) as response:
            left = await response.text()
        assert f"{city.issuer}/logout?client_id=shirase" in left


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"claims": {"nonce": "another"}}, "確かめられませんでした"),
        ({"claims": {"exp": int(time.time()) - 120}}, "確かめられませんでした"),
        ({"claims": {"exp": None}}, "確かめられませんでした"),
        ({"claims": {"iat": int(time.time()) + 600}}, "確かめられませんでした"),
        ({"claims": {"aud": "another-client"}}, "確かめられませんでした"),
        ({"claims": {"aud": [CLIENT, "another"], "azp": "another"}}, "確かめられませんでした"),
        ({"claims": {"iss": "https://evil.example"}}, "確かめられませんでした"),
        ({"signed_by": "none"}, "確かめられませんでした"),
        ({"signed_by": "HS256"}, "確かめられませんでした"),
        ({"signed_by": "RS512"}, "確かめられませんでした"),
        ({"signed_by": "stranger"}, "確かめられませんでした"),
        ({"told_issuer": "https://evil.example"}, "確かめられませんでした"),
        ({"answered": {"iss": "https://evil.example"}}, "確かめられませんでした"),
        ({"answered": {"state": "another"}}, "時間が切れました"),
        ({"denies": "access_denied"}, "断られました"),
        ({"claims": {"groups": ["zeimu"]}}, "役割がありません"),
        ({"claims": {"groups": None}}, "役割がありません"),
        ({"claims": {"groups": {"bosai": 1}}}, "役割がありません"),
        ({"claims": {"preferred_username": "さ とう\n"}}, "名前を受け取れませんでした"),
        ({"claims": {"preferred_username": None}}, "名前を受け取れませんでした"),
    ],
)
async def test_a_word_that_does_not_hold_opens_nothing(
    store: Store, city: FakeOpenId, wrong: dict[str, Any], told: str
) -> None:
    async with floor(store, accounts=accounts(city)) as running:
        vars(city).update(wrong)
        visitor = await running.visitor()
        status, page = await through(visitor)
        assert status == 403 and told in page, page
        assert (await visitor.get(NOTE))[0] == 401
        async with store.read() as connection:
            assert await users.everyone(connection) == []


async def test_what_a_clock_may_be_off_is_believed(store: Store, city: FakeOpenId) -> None:
    async with floor(store, accounts=accounts(city)) as running:
        city.claims = {"exp": int(time.time()) - 20, "iat": int(time.time()) + 20}
        assert (await through(await running.visitor()))[0] == 200


async def test_a_rotated_key_is_asked_for_and_a_flood_of_unknown_ones_is_not(store: Store, city: FakeOpenId) -> None:
    moment = wall()
    async with floor(store, accounts=accounts(city)) as running:
        running.app[PROVIDER]._now = lambda: moment
        assert (await through(await running.visitor()))[0] == 200
        city.rotate()
        assert (await through(await running.visitor()))[0] == 403, "asked a moment ago"
        moment += timedelta(seconds=31)
        assert (await through(await running.visitor()))[0] == 200
        before = city.requests.count("GET /realms/city/keys")
        assert (await through(await running.visitor()))[0] == 200
        assert city.requests.count("GET /realms/city/keys") == before == 2


async def test_local_accounts_work_while_the_provider_does_not(store: Store, city: FakeOpenId) -> None:
    async with floor(store, accounts=accounts(city, timeout_s=0.2)) as running:
        await running.account("tanaka", Role.OPERATOR)
        for fault in ({"down": True}, {"down": False, "slow_s": 1.0}):
            vars(city).update(fault)
            status, page = await through(await running.visitor())
            assert status == 503 and "名前とパスワードでもログインできます" in page
        await city.stop()
        status, page = await through(await running.visitor())
        assert status == 503 and "つながりません" in page
        assert (await (await running.visitor()).log_in("tanaka"))[0] == 303


async def test_an_account_of_ours_is_not_taken_by_its_name(store: Store, city: FakeOpenId) -> None:
    async with floor(store, accounts=accounts(city)) as running:
        await running.account("sato", Role.ADMIN)
        status, page = await through(await running.visitor())
        assert status == 403 and "同じ名前のアカウント" in page
        async with store.write() as connection:
            await identities.await_first(connection, "sato", city.issuer)
        assert (await through(await running.visitor()))[0] == 200
        city.person |= {"sub": "u-2"}
        assert (await through(await running.visitor()))[0] == 403, "the name is one person's, for good"
        city.person |= {"sub": "u-1", "preferred_username": "sato-keiko"}
        assert (await through(await running.visitor()))[0] == 200, "and the person keeps the account under another"
        async with store.write() as connection:
            await users.revoke(connection, "sato")
        status, page = await through(await running.visitor())
        assert status == 403 and "取り消されています" in page
    told = await said(store)
    assert "taken" in told and "closed" in told and "u-1" not in told


async def test_a_code_and_a_trip_are_worth_something_once_and_here(store: Store, city: FakeOpenId) -> None:
    async with floor(store, accounts=accounts(city)) as running:
        visitor = await running.visitor()
        async with visitor.http.get("/login/oidc", allow_redirects=False) as response:
            there = response.headers["Location"]
            (trip,) = response.headers.getall("Set-Cookie")
        assert {"HttpOnly", "SameSite=Lax"} <= set(trip.split("; ")) and "verifier" not in trip
        asked = parse_qs(urlsplit(there).query)
        assert asked["code_challenge_method"] == ["S256"] and SECRET not in there
        async with visitor.http.get(there, allow_redirects=False) as response:
            back = response.headers["Location"]
        stranger = await running.visitor()
        assert (await stranger.get(back, headers=HTML))[0] == 403, "another's browser: login CSRF"
        assert (await visitor.get(back, headers=HTML))[0] == 200
        assert (await visitor.get(back, headers=HTML))[0] == 403, "the trip is over"


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example"])
async def test_it_leads_nowhere_else(store: Store, city: FakeOpenId, target: str) -> None:
    async with floor(store, accounts=accounts(city)) as running:
        _, page = await through(await running.visitor(), target)
        assert 'url=/ops"' in page and "evil" not in page


async def test_our_own_second_factor_may_be_asked_for_as_well(store: Store, city: FakeOpenId) -> None:
    async with floor(store, accounts=accounts(city, second_factor="ours")) as running:
        visitor = await running.visitor()
        _, page = await through(visitor)
        assert "url=/login/enrol" in page
        assert (await visitor.get(NOTE))[0] == 401
        assert "<svg" in (await visitor.get("/login/enrol", headers=HTML))[1]


async def test_a_provider_that_wants_the_secret_in_the_form_gets_it_there(store: Store, city: FakeOpenId) -> None:
    city.by_post = True
    async with floor(store, accounts=accounts(city)) as running:
        assert (await through(await running.visitor()))[0] == 200


async def test_without_settings_there_is_no_such_door(store: Store) -> None:
    async with floor(store) as running:
        visitor = await running.visitor()
        for path in ("/login/oidc", "/login/oidc/callback", "/login/out"):
            assert (await visitor.get(path, headers=HTML))[0] == 404


@pytest.mark.parametrize(
    "changes",
    [{"issuer": "http://login.example"}, {"issuer": "https://login.example?x"}, {"algorithms": ["HS256"]},
     {"algorithms": ["none"]}, {"roles": {}}, {"roles": {"a": "king"}}, {"client_secret": ""}],
)  # fmt: skip
def test_settings_that_would_not_do_are_refused(changes: dict[str, Any]) -> None:
    good = {"issuer": "https://login.example/v2", "client_id": "a", "client_secret": SECRET, "roles": {"a": "admin"}}
    Oidc.model_validate(good)
    with pytest.raises(ValidationError) as refused:
        Oidc.model_validate({**good, **changes})
    assert SECRET not in str(refused.value)
    with pytest.raises(ValidationError, match="needs"):
        Accounts(oidc=Oidc.model_validate(good))
