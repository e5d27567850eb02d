"""Logging in with a phone: registering it, showing its code, being without it."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from services.accounts import totp
from services.cli import run
from services.clock import wall
from services.configuration.accounts import Accounts
from services.store.engine import Store
from services.store.tables import chronology as log
from services.store.users import Role
from services.web.auth_limit import PER_PAIR
from tests.services.test_users import city, lines  # noqa: F401 - a fixture
from tests.services.web_floor import PASSWORD, Floor, Visitor, floor

pytestmark = pytest.mark.one_engine
KEYED = Accounts(key=SecretStr("a-key-of-accounts-that-is-long-enough"))


async def sent(visitor: Visitor, path: str, **fields: str) -> tuple[int, str, str]:
    """Fill in the form at the address; status, Location and text."""
    async with visitor.http.get(path, headers={"Accept": "text/html"}) as response:
        page = await response.text()
    token = re.search(r'name="csrf" value="([^"]*)"', page)
    assert token, page
    async with visitor.http.post(path, data={**fields, "csrf": token[1]}, allow_redirects=False) as response:
        return response.status, response.headers.get("Location", ""), await response.text()


async def registered(visitor: Visitor, path: str = "/login/enrol") -> tuple[str, list[str]]:
    """The secret of the phone that is registered here, and the recovery codes."""
    _, page = await visitor.get(path)
    secret = re.search(r'door-secret">([A-Z2-7 ]+)<', page)
    assert secret and "<svg" in page, page
    found = secret[1].replace(" ", "")
    status, _, shown = await sent(visitor, path, code=totp.code_at(found, totp.step_at(wall())))
    assert status == 200, shown
    return found, re.findall(r"<li><code>([a-z0-9-]{17})</code>", shown)


async def approver(running: Floor) -> tuple[Visitor, str, list[str]]:
    await running.account("sato", Role.APPROVER)
    visitor = await running.visitor()
    status, location, _ = await visitor.log_in("sato", wanted="/ops/alerts")
    assert (status, location) == (303, "/login/enrol")
    assert (await visitor.get("/api/v1/chronology"))[0] == 401, "half a login opens nothing"
    secret, codes = await registered(visitor)
    assert len(codes) == 10
    assert (await visitor.get("/api/v1/chronology"))[0] == 200
    return visitor, secret, codes


def next_code(secret: str) -> str:
    """Not that of enrolment, and within the drift."""
    return totp.code_at(secret, totp.step_at(wall()) + 1)


async def said(store: Store) -> list[str]:
    async with store.read() as connection:
        rows = await connection.execute(select(log.c.who, log.c.text).where(log.c.kind == "access").order_by(log.c.seq))
        return [f"{row.who}: {row.text}" for row in rows]


async def test_a_role_that_needs_it_registers_a_phone_and_shows_it_from_then_on(store: Store) -> None:
    async with floor(store, accounts=KEYED) as running:
        _, secret, codes = await approver(running)
        again = await running.visitor()
        assert (await again.log_in("sato", wanted="/ops/snow"))[:2] == (303, "/login/second")
        right = next_code(secret)
        status, _, page = await sent(again, "/login/second", code=f"{(int(right) + 1) % 1_000_000:06}")
        assert status == 403 and "確認コードが違います" in page
        assert (await sent(again, "/login/second", code=right))[:2] == (303, "/ops/snow")
        thief = await running.visitor()
        await thief.log_in("sato")
        status, _, page = await sent(thief, "/login/second", code=right)
        assert status == 403 and "使用済み" in page
        assert (await sent(thief, "/login/second", recovery=codes[4]))[:2] == (303, "/ops")
        log_ = await said(store)
    assert "sato: 回復コードでログインしました。" in log_ and "sato: 認証アプリを登録してログインしました。" in log_
    assert any("確認コードを間違えた（127.0.0.1" in one for one in log_)
    assert not any(word in one for one in log_ for word in (secret, right, *codes))


async def test_a_viewer_needs_none_and_may_have_one(store: Store) -> None:
    async with floor(store, accounts=KEYED) as running:
        viewer = await running.person(Role.VIEWER, "mita")
        other = await running.visitor()
        await other.log_in("mita")
        assert (await sent(viewer, "/ops/account", password=PASSWORD))[0] == 405
        form = {"csrf": viewer.csrf, "password": PASSWORD}
        wrong = {**form, "password": "nope"}
        async with viewer.http.post("/ops/account/second", data=wrong, headers={"Accept": "text/html"}) as answer:
            assert answer.status == 403 and "パスワードが違います" in await answer.text()
        async with viewer.http.post("/ops/account/second", data=form, allow_redirects=False) as answer:
            assert answer.headers["Location"] == "/login/enrol"
        await registered(viewer)
        assert (await viewer.get("/api/v1/chronology"))[0] == 200
        assert (await other.get("/api/v1/chronology"))[0] == 401, "logged in elsewhere, and ended"
        assert (await (await running.visitor()).log_in("mita"))[1] == "/login/second"


async def test_without_a_key_nobody_is_asked(store: Store) -> None:
    async with floor(store) as running:
        admin = await running.person(Role.ADMIN)
        _, page = await admin.get("/ops/account", headers={"Accept": "text/html"})
        assert "[accounts] key" in page
        async with admin.http.post("/ops/account/second", data={"csrf": admin.csrf, "password": PASSWORD}) as answer:
            assert answer.status == 409


async def test_guesses_of_the_code_count_with_those_of_the_password(store: Store) -> None:
    async with floor(store, accounts=KEYED) as running:
        _, secret, _ = await approver(running)
        guesser = await running.visitor()
        await guesser.log_in("sato")
        for _ in range(PER_PAIR):
            assert (await sent(guesser, "/login/second", code="000000" if next_code(secret) != "000000" else "1"))[
                0
            ] == 403
        status, _, page = await sent(guesser, "/login/second", code=next_code(secret))
        assert status == 429 and "分後" in page
        assert (await (await running.visitor()).log_in("sato"))[0] == 429, "and the password is no way around"


async def test_half_a_login_is_worth_nothing_after_a_revocation_a_logout_or_twice(store: Store) -> None:
    async with floor(store, accounts=KEYED) as running:
        _, _, codes = await approver(running)
        both = [await running.visitor() for _ in range(2)]
        for one in both:
            await one.log_in("sato")
        stolen = {cookie.key: cookie.value for cookie in both[0].http.cookie_jar}
        assert (await sent(both[0], "/login/second", recovery=codes[0]))[0] == 303
        twin = await running.visitor()
        twin.http.cookie_jar.update_cookies(stolen)
        async with twin.http.get("/login/second", allow_redirects=False) as answer:
            assert answer.headers["Location"] == "/login", "it has become a session, and does so once"
        async with both[1].http.get("/login/second", allow_redirects=False) as answer:
            assert answer.headers["Location"] == "/login", "all of them end with the login"


def test_a_lost_phone_is_reset_by_command(
    city: str,  # noqa: F811
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["users", "add", "sato", "--role", "admin"]) == 0
    assert run(["users", "totp", "reset", "sato"]) == 1
    assert json.loads(capsys.readouterr().err)["error"] == "not_found"
    asyncio.run(_with_phone(city))
    assert run(["users", "list"]) == 0
    listed = lines(capsys)[-1]
    assert (listed["second_factor"], listed["recovery_codes"]) == (True, 10)
    assert run(["users", "totp", "reset", "sato"]) == 0
    assert lines(capsys) == [{"user": "sato", "second_factor": False, "sessions_ended": 0}]


async def _with_phone(url: str) -> None:
    from services.accounts import second

    store = await Store.open(url)
    ring: Any = KEYED.keyring()
    async with store.write() as connection:
        await second.enrol(connection, "sato", totp.new_secret(), 0, ring, wall())
    await store.close()


def test_a_key_too_short_is_refused(tmp_path: Path) -> None:
    assert run(["secrets", "accounts", str(tmp_path / "key")]) == 0
    assert Accounts(key=SecretStr((tmp_path / "key").read_text())).demands_second("approver")
    with pytest.raises(ValueError, match="fewer than 32"):
        Accounts(key=SecretStr("short"))
