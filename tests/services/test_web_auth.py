"""Who may do what: login, sessions, roles, CSRF, and the limit on guessing."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from argon2 import extract_parameters
from hypothesis import given
from hypothesis import strategies as st

from services.broker import secret
from services.clock import wall
from services.store import users
from services.store.engine import Store
from services.store.users import Role
from services.web import auth_password, sender
from services.web.auth import local_path
from services.web.auth_limit import PER_ADDRESS, PER_PAIR, WINDOW, LoginLimit
from services.web.auth_password import hash_password
from tests.services.making import NOW
from tests.services.web_floor import floor

pytestmark = pytest.mark.one_engine


async def test_ops_sends_a_browser_to_the_login_page_and_a_program_away(store: Store) -> None:
    async with floor(store) as running:
        visitor = await running.visitor()
        async with visitor.http.get("/ops?area=1", headers={"Accept": "text/html"}, allow_redirects=False) as response:
            assert response.status == 303
            assert response.headers["Location"] == "/login?next=/ops%3Farea%3D1"
        status, body = await visitor.get("/api/v1/deliveries", headers={"Accept": "text/html"})
        assert (status, body["error"]) == (401, "login_needed")


async def test_a_login_opens_a_session_and_a_logout_ends_it_in_the_store(store: Store) -> None:
    async with floor(store) as running:
        await running.account("sato", Role.VIEWER)
        visitor = await running.visitor()
        status, location, _ = await visitor.log_in("sato", wanted="/ops?zoom=3")
        assert (status, location) == (303, "/ops?zoom=3")
        assert (await visitor.get("/api/v1/chronology"))[0] == 200
        stolen = {cookie.key: cookie.value for cookie in visitor.http.cookie_jar}
        again = await running.person(Role.VIEWER, "tanaka")
        async with again.http.post("/logout", data={"csrf": again.csrf}, allow_redirects=False) as response:
            assert (response.status, response.headers["Location"]) == (303, "/")
        thief = await running.visitor()
        assert (await thief.get("/api/v1/chronology", cookies=stolen))[0] == 200
        async with store.write() as connection:
            await users.revoke(connection, "sato")
        assert (await thief.get("/api/v1/chronology", cookies=stolen))[0] == 401


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(store: Store) -> None:
    async with floor(store, https=True) as running:
        await running.account("sato", Role.VIEWER)
        visitor = await running.visitor()
        async with visitor.http.get("/login") as response:
            assert response.headers["Strict-Transport-Security"]
            cookie = response.headers["Set-Cookie"]
        assert {"HttpOnly", "Secure", "SameSite=Strict"} <= set(cookie.split("; "))


async def test_a_session_runs_out(store: Store) -> None:
    async with floor(store) as running:
        await running.account("sato", Role.VIEWER)
        async with store.write() as connection:
            account = await users.find(connection, "sato")
            assert account
            session = users.Session(user="sato", role=Role.VIEWER, csrf="c", expires=wall() + timedelta(seconds=5))
            assert await users.log_in(connection, account, "hash", session, wall())
            assert await users.session_of(connection, "hash", wall())
            assert await users.session_of(connection, "hash", wall() + timedelta(seconds=6)) is None


async def test_a_one_time_password_opens_one_session_even_for_two_at_once(store: Store) -> None:
    async with floor(store) as running:
        await running.account("guest", Role.OPERATOR, one_time=True)
        both = [await running.visitor() for _ in range(2)]
        answers = await asyncio.gather(*(visitor.log_in("guest") for visitor in both))
        assert sorted(status for status, _, _ in answers) == [303, 403]
        assert (await (await running.visitor()).log_in("guest"))[0] == 403


async def test_a_stranger_cannot_tell_wrong_name_wrong_password_and_closed_account_apart(store: Store) -> None:
    async with floor(store) as running:
        await running.account("sato", Role.ADMIN)
        await running.account("gone", Role.ADMIN)
        async with store.write() as connection:
            await users.revoke(connection, "gone")
        seen = set()
        for name, password in [("sato", "wrong"), ("nobody", "wrong"), ("gone", "kitakami-nakatsu"), ("", "")]:
            status, _, text = await (await running.visitor()).log_in(name, password)
            seen.add((status, text.split('role="alert"')[1].split("</p>")[0]))
        assert len(seen) == 1


async def test_guessing_is_locked_with_a_message_and_others_are_not(store: Store) -> None:
    async with floor(store) as running:
        await running.account("sato", Role.VIEWER)
        await running.account("tanaka", Role.VIEWER)
        guesser = await running.visitor()
        for _ in range(PER_PAIR):
            assert (await guesser.log_in("sato", "wrong"))[0] == 403
        status, _, text = await guesser.log_in("sato")
        assert status == 429
        assert "分後" in text
        assert (await (await running.visitor()).log_in("tanaka"))[0] == 303


async def test_a_login_form_from_elsewhere_is_refused(store: Store) -> None:
    async with floor(store) as running:
        await running.account("sato", Role.VIEWER)
        visitor = await running.visitor()
        form = {"name": "sato", "password": "kitakami-nakatsu", "next": "/ops"}
        for token in ("", "0" * 64):
            async with visitor.http.post("/login", data={**form, "csrf": token}, allow_redirects=False) as response:
                assert response.status == 403


@pytest.mark.parametrize("role", list(Role))
async def test_each_write_needs_its_role(store: Store, role: Role) -> None:
    writes = {
        "/api/v1/chronology": ({"text": "土のうを配った"}, Role.OPERATOR, 201),
        "/api/v1/alerts/s/1/reject": ({"digest": "d", "reason": "r"}, Role.OPERATOR, 404),
        "/api/v1/alerts/s/1/approve": ({"digest": "d"}, Role.APPROVER, 404),
    }
    async with floor(store) as running:
        person = await running.person(role)
        for path, (body, needed, allowed) in writes.items():
            status, answer = await person.post(path, body)
            assert status == (allowed if role.covers(needed) else 403), answer


async def test_every_write_needs_the_token_of_its_own_session(store: Store) -> None:
    async with floor(store) as running:
        person, other = await running.person(Role.ADMIN, "one"), await running.person(Role.ADMIN, "two")
        for token in ("", "x", other.csrf):
            status, body = await person.post("/api/v1/chronology", {"text": "x"}, headers={"X-CSRF-Token": token})
            assert (status, body["error"]) == (403, "csrf")
        async with person.http.post("/logout", data={"csrf": ""}) as response:
            assert response.status == 403
        stranger = await running.visitor()
        assert (await stranger.post("/api/v1/chronology", {"text": "x"}))[0] == 401


@pytest.mark.parametrize(
    "target",
    ["https://evil.example", "//evil.example", "/\\evil.example", "\\/evil.example", "/\t/evil.example", "javascript:1",
     "/a\\b", "/\r\nSet-Cookie: a=b", "", "ops", "/" + "a" * 2000, "/é"],
)  # fmt: skip
def test_login_leads_nowhere_else(target: str) -> None:
    assert local_path(target) == "/ops"


@given(st.text(alphabet="/\\:@.?#%ab\t\r\n ", max_size=30))
def test_a_target_stays_on_this_host(target: str) -> None:
    path = local_path(target)
    assert path.startswith("/")
    assert not path.startswith(("//", "/\\"))
    assert not set(path) & set("\\\r\n\t ")


def test_wanted_pages_survive() -> None:
    for target in ("/ops", "/ops?area=1&x=%E9%9B%AA#m", "/"):
        assert local_path(target) == target


def test_the_limit_forgets_after_its_window_and_forgives_a_good_login() -> None:
    limit = LoginLimit()
    for _ in range(PER_PAIR):
        assert limit.admit("sato", "10.0.0.1", NOW) is None
    assert limit.admit("SATO", "10.0.0.1", NOW) == WINDOW
    assert limit.admit("sato", "10.0.0.2", NOW) is None
    assert limit.admit("sato", "10.0.0.1", NOW + WINDOW) is None
    for _ in range(3 * PER_ADDRESS):
        assert limit.admit("good", "10.0.0.9", NOW) is None
        limit.forgive("good", "10.0.0.9")


def test_the_limit_counts_an_ipv6_network_as_one_and_stays_small() -> None:
    limit = LoginLimit()
    waits = [limit.admit(f"name{n}", f"2001:db8::{n:x}", NOW) for n in range(PER_ADDRESS + 1)]
    assert waits[:-1] == [None] * PER_ADDRESS
    assert waits[-1] is not None
    for n in range(6_000):
        limit.admit(f"name{n}", f"10.{n % 200}.{n // 200 % 200}.{n % 7}", NOW)
    assert len(limit) == 10_000, "of the most twice as many keys"


def test_no_number_of_strangers_locks_an_officer_out() -> None:
    limit = LoginLimit()
    for n in range(1_000):
        assert limit.admit("sato", f"2001:db8:0:{n // PER_PAIR:x}::1", NOW) is None
    assert limit.admit("sato", "10.0.0.1", NOW) is None, "from a network of which nobody tried"


def test_who_does_not_exist_is_refused_with_the_same_work() -> None:
    """The hashes of nobody cost what those of somebody cost; else the time of an answer tells who is known."""
    assert extract_parameters(auth_password._NOBODY) == extract_parameters(hash_password("kitakami-nakatsu"))
    assert sender._NOBODY[:7] == secret.hashed("kitakami-nakatsu").bcrypt[:7] == "$2a$10$"


async def test_a_crowd_of_strangers_takes_the_house_no_turn() -> None:
    async with auth_password._STRANGERS:  # somebody's hash is being made
        most = range(auth_password._MOST_WAIT)
        crowd = [asyncio.create_task(auth_password.matches(None, "x", stranger=True)) for _ in most]
        await asyncio.sleep(0)
        with pytest.raises(auth_password.CrowdError):
            await auth_password.matches(None, "x", stranger=True)
        assert await auth_password.matches(hash_password("kitakami"), "kitakami"), "who is in the house waits for none"
        for one in crowd:
            one.cancel()
        await asyncio.gather(*crowd, return_exceptions=True)
    assert not auth_password._waiting and not await auth_password.matches(None, "x", stranger=True)
