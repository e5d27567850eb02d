"""Where somebody is logged in: seen, ended, unused too long, and all ended with another password."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from services.clock import wall
from services.configuration.accounts import Accounts
from services.store import users
from services.store.engine import Store
from services.store.tables import chronology as log
from services.store.tables import sessions
from services.store.users import Role
from services.web.account.agents import told
from services.web.last_used import USES
from tests.services.web_floor import PASSWORD, Visitor, floor

pytestmark = pytest.mark.one_engine
HTML = {"Accept": "text/html"}
NOTE = "/api/v1/chronology"


async def twice(running: object, name: str) -> tuple[Visitor, Visitor]:
    here = await running.person(Role.OPERATOR, name)  # type: ignore[attr-defined]
    there = await running.visitor()  # type: ignore[attr-defined]
    await there.log_in(name)
    return here, there


async def said(store: Store) -> list[tuple[str, str]]:
    """What the chronology tells of accounts, but for who came in."""
    async with store.read() as connection:
        rows = await connection.execute(select(log.c.who, log.c.text).where(log.c.kind == "access").order_by(log.c.seq))
        return [(row.who, row.text) for row in rows if "ログインしました" not in row.text]


async def test_own_sessions_are_listed_and_ended(store: Store) -> None:
    async with floor(store) as running:
        here, there = await twice(running, "sato")
        other = await running.person(Role.ADMIN, "suzuki")
        _, page = await here.get("/ops/account", headers=HTML)
        named = re.findall(r'name="session" value="([0-9a-f]{16})"', page)
        assert len(named) == 1 and "この画面" in page
        for who in (other, here):  # another's session is nobody's to end
            async with who.http.post("/ops/account/sessions", data={"csrf": who.csrf, "session": named[0]}) as answer:
                assert answer.status == 200
            assert (await there.get(NOTE))[0] == (200 if who is other else 401)
        assert (await here.get(NOTE))[0] == 200
    assert await said(store) == [("sato", "自分のログインを1件切った。")], "and nothing of who could not"


async def test_all_but_this_one(store: Store) -> None:
    async with floor(store) as running:
        here, there = await twice(running, "sato")
        async with here.http.post("/ops/account/sessions", data={"csrf": here.csrf, "session": "others"}):
            pass
        assert ((await here.get(NOTE))[0], (await there.get(NOTE))[0]) == (200, 401)
    assert await said(store) == [("sato", "自分のログインを1件切った。")]


async def test_another_password_ends_every_session(store: Store) -> None:
    async with floor(store) as running:
        here, there = await twice(running, "sato")
        before = {cookie.value for cookie in here.http.cookie_jar}
        fields = {"csrf": here.csrf, "password": "wrong"}
        async with here.http.post("/ops/account/password", data=fields, headers=HTML) as answer:
            assert answer.status == 403
        fields["password"] = PASSWORD
        async with here.http.post("/ops/account/password", data=fields, headers=HTML) as answer:
            made = re.search(r"<code>([a-z0-9]{5}(?:-[a-z0-9]{5}){3})</code>", await answer.text())
        assert made and not before & {cookie.value for cookie in here.http.cookie_jar}
        assert ((await here.get(NOTE))[0], (await there.get(NOTE))[0]) == (200, 401)
        new = await running.visitor()
        assert (await new.log_in("sato"))[0] == 403
        assert (await new.log_in("sato", made[1]))[0] == 303
    told = await said(store)
    assert ("sato", "パスワードを変え、ほかのログインを切った。") in told
    assert any(who == "sato" and "間違えた" in text for who, text in told), "who tried with a wrong one"
    assert not any(word in text for _, text in told for word in (PASSWORD, made[1]))


async def test_a_session_that_nobody_uses_ends_and_one_in_use_does_not(store: Store) -> None:
    async with floor(store, accounts=Accounts(idle_minutes=30)) as running:
        here, there = await twice(running, "sato")

        async def left(minutes: int) -> None:
            running.app[USES]._here.clear()
            async with store.write() as connection:
                await connection.execute(update(sessions).values(seen_at=wall() - timedelta(minutes=minutes)))

        await left(20)
        assert (await here.get(NOTE))[0] == 200
        async with store.read() as connection:
            seen = list(await connection.scalars(select(sessions.c.seen_at)))
        assert sorted(wall() - one < timedelta(minutes=1) for one in seen) == [False, True]
        await left(31)
        assert ((await here.get(NOTE))[0], (await there.get(NOTE))[0]) == (401, 401)


async def test_a_store_that_takes_nothing_turns_nobody_away(store: Store) -> None:
    async with floor(store) as running:
        here = await running.person(Role.OPERATOR)
        running.app[USES].patience_s = 0.05
        async with store.write() as connection:
            await connection.execute(update(sessions).values(seen_at=wall() - timedelta(minutes=59)))
        async with store.write():  # somebody writes, and does not come to an end
            assert (await here.get(NOTE))[0] == 200
        async with store.write() as connection:
            assert wall() - (await connection.scalar(select(sessions.c.seen_at))) > timedelta(minutes=58)
            await connection.execute(update(sessions).values(seen_at=wall() - timedelta(minutes=61)))
        assert (await here.get(NOTE))[0] == 200, "this process knows better"


async def test_a_session_that_was_planted_is_not_taken_over(store: Store) -> None:
    """Session fixation: what came along before the login is worth nothing after it."""
    async with floor(store) as running:
        await running.account("sato", Role.ADMIN)
        visitor = await running.visitor()
        planted = "a" * 43
        visitor.http.cookie_jar.update_cookies({"shirase_session": planted})
        await visitor.log_in("sato")
        thief = await running.visitor()
        assert (await thief.get(NOTE, cookies={"shirase_session": planted}))[0] == 401


async def test_behind_tls_cookies_are_of_this_host_alone(store: Store) -> None:
    async with floor(store, https=True) as running:
        await running.account("sato", Role.ADMIN)
        visitor = await running.visitor()
        async with visitor.http.get("/login") as response:
            (visit,) = response.headers.getall("Set-Cookie")
            page = await response.text()
        token = re.search(r'name="csrf" value="([^"]*)"', page)
        assert token
        form = {"name": "sato", "password": PASSWORD, "csrf": token[1]}
        sent = {"Cookie": visit.partition(";")[0]}
        async with visitor.http.post("/login", data=form, headers=sent, allow_redirects=False) as response:
            assert response.status == 303
            session = next(one for one in response.headers.getall("Set-Cookie") if "session" in one)
        assert {"HttpOnly", "Secure", "SameSite=Strict", "Path=/"} <= set(session.split("; "))
        assert session.startswith("__Host-shirase_session=") and visit.startswith("__Host-") and "Domain" not in session
        value = session.partition(";")[0].partition("=")[2]
        for name, status in (("__Host-shirase_session", 200), ("shirase_session", 401)):
            async with visitor.http.get(NOTE, headers={"Cookie": f"{name}={value}"}) as response:
                assert response.status == status, "a cookie that another host could have planted"


def test_a_browser_is_told_in_two_words() -> None:
    firefox = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0"
    edge = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0"
    assert [told(one) for one in (firefox, edge, "curl/8", "")] == ["Firefox, Windows", "Edge, Windows", "", ""]


async def test_a_revocation_ends_halves_sessions_and_tokens(store: Store) -> None:
    async with floor(store) as running:
        here, there = await twice(running, "sato")
        async with store.write() as connection:
            assert await users.revoke(connection, "sato")
        assert ((await here.get(NOTE))[0], (await there.get(NOTE))[0]) == (401, 401)
