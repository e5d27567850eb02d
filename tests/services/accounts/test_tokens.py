"""Tokens of programs: what they open, what they never do, and how they end."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from services.accounts import tokens as form
from services.accounts.scopes import TokenScope
from services.cli import run
from services.clock import wall
from services.store import chronology, tokens, users
from services.store.engine import Store
from services.store.tables import chronology as log
from services.store.tables_accounts import tokens as table
from services.store.tables_approval import users as people
from services.store.tokens import MOST, Token
from services.store.users import Role
from services.web.api.table import ENDPOINTS
from tests.services.test_users import city, lines  # noqa: F401 - a fixture
from tests.services.web_floor import PASSWORD, Visitor, floor

pytestmark = pytest.mark.one_engine
NOTE = "/api/v1/chronology"


async def given(store: Store, user: str, *scopes: TokenScope, days: int = 1) -> dict[str, str]:
    """The header of a program that was let in."""
    (id_, secret), now = form.new_token(), wall()
    names = tuple(one.value for one in scopes)
    until = now + timedelta(days=days)
    one = Token(id=id_, user=user, label="gis", scopes=names, made_at=now - timedelta(days=9), expires=until)
    async with store.write() as connection:
        assert await tokens.add(connection, one, form.digest(secret), now)
    return {"Authorization": f"Bearer {secret}"}


async def test_a_token_does_what_its_scope_says_and_no_more(store: Store) -> None:
    async with floor(store) as running:
        await running.account("sato", Role.ADMIN)
        program = await running.visitor()
        read = await given(store, "sato", TokenScope.READ)
        write = await given(store, "sato", TokenScope.RECORDS, TokenScope.REPORTS)
        assert (await program.get(NOTE, headers=read))[0] == 200
        assert (await program.get(NOTE, headers=write))[1]["error"] == "scope_needed"
        assert (await program.post(NOTE, {"text": "x"}, headers=read))[1]["error"] == "scope_needed"
        assert (await program.post(NOTE, {"text": "自動の点検"}, headers=write))[0] == 201
        seen = {"kind": "bear", "time": "2026-11-20T18:00:00+09:00", "text": "カメラ"}
        assert (await program.post("/api/v1/reports", seen, headers=write))[0] == 201
        async with program.http.get("/api/v1/events", headers=read) as response:
            assert response.status == 200 and await response.content.readuntil(b"drafts"), "as staff hear it"
        async with store.read() as connection:
            who = (await connection.execute(select(log.c.who, log.c.text).order_by(log.c.seq.desc()))).all()
            used = [one.used_at for one in await tokens.everyone(connection)]
        assert ("sato", "自動の点検") in [(row.who, row.text) for row in who]
        assert all(used)


async def test_the_record_says_by_which_token_on_the_desk_and_in_its_files(store: Store) -> None:
    async with floor(store) as running:
        officer = await running.person(Role.OPERATOR, "sato")
        program = await running.visitor()
        header = await given(store, "sato", TokenScope.RECORDS, TokenScope.READ)
        name = form.name_of(header["Authorization"].removeprefix("Bearer ")) or ""
        await program.post(NOTE, {"text": "自動の点検"}, headers=header)
        await officer.post(NOTE, {"text": "自分の目で"})
        by_program, by_hand = f"sato（gis {name}）", {}
        told = {one["text"]: one["refs"] for one in (await officer.get(NOTE))[1]["items"]}
        assert told["自動の点検"] == {"token": name, "program": "gis"} and told["自分の目で"] == by_hand
        page, file = (await officer.get("/ops/chronology"))[1], (await officer.get("/ops/chronology.csv"))[1]
        assert by_program in page and page.count(by_program) == 1
        lines_ = {
            line.split(",")[6]: line.split(",")[5] for line in file.splitlines() if "点検" in line or "目で" in line
        }
        assert lines_ == {"自動の点検": by_program, "自分の目で": "sato"}
        assert "自分の目で" not in (await officer.get(f"/ops/chronology.csv?who={name}"))[1], (
            "what one token did is found"
        )
        async with store.read() as connection:
            assert await chronology.first_broken(connection) is None


async def test_no_token_reaches_what_a_person_does(store: Store) -> None:
    async with floor(store) as running:
        await running.account("sato", Role.ADMIN)
        program, every = await running.visitor(), await given(store, "sato", *TokenScope)
        for one in ENDPOINTS:
            if one.needs is TokenScope.PERSON:
                path = "/api/v1" + re.sub(r"\{\w+\}", "1", one.path)
                async with program.http.request(one.method, path, json={}, headers=every) as answer:
                    assert (answer.status, (await answer.json())["error"]) == (403, "person_needed"), path
        for path in ("/ops", "/ops/account", "/login", "/"):
            assert (await program.get(path, headers=every))[1]["error"] == "person_needed", path
        form_ = {"csrf": "", "label": "x", "scope": "read", "days": "1"}
        async with program.http.post("/ops/account/tokens", data=form_, headers=every) as answer:
            assert answer.status == 403, "a token makes no token"


async def test_a_token_is_never_more_than_its_owner(store: Store) -> None:
    async with floor(store) as running:
        await running.account("sato", Role.ADMIN)
        program, write = await running.visitor(), await given(store, "sato", TokenScope.RECORDS)
        async with store.write() as connection:
            await connection.execute(update(people).values(role="viewer"))
        assert (await program.post(NOTE, {"text": "x"}, headers=write))[1]["error"] == "role_needed"


@pytest.mark.parametrize("end", ["revoked", "account", "over", "unknown", "no token", "empty"])
async def test_a_token_ends(store: Store, end: str) -> None:
    async with floor(store) as running:
        await running.account("sato", Role.ADMIN)
        program, read = await running.visitor(), await given(store, "sato", TokenScope.READ)
        assert (await program.get(NOTE, headers=read))[0] == 200
        async with store.write() as connection:
            if end == "revoked":
                assert await tokens.revoke(connection, read["Authorization"][15:23], "sato")
            elif end == "account":
                await users.revoke(connection, "sato")
                await connection.execute(update(people).values(revoked=False))  # it comes back; its tokens do not
            elif end == "over":
                await connection.execute(update(table).values(expires=wall()))
        other = {"unknown": form.new_token()[1], "no token": "x" * 5000, "empty": ""}.get(end)
        shown = read if other is None else {"Authorization": f"Bearer {other}"}
        status, told = await program.get(NOTE, headers=shown)
        assert (status, told["error"]) == (401, "bad_token")
        assert (await program.get("/api/v1/hazards", headers=shown))[0] == 401, "not quietly somebody else"


async def test_a_cookie_beside_a_token_lends_it_nothing(store: Store) -> None:
    async with floor(store) as running:
        admin = await running.person(Role.ADMIN)
        await running.account("mita", Role.VIEWER)
        read = await given(store, "mita", TokenScope.READ)
        assert (await admin.post(NOTE, {"text": "x"}, headers=read))[0] == 403


async def _made(officer: Visitor, **changes: Any) -> tuple[int, str]:
    fields = {"csrf": officer.csrf, "label": "GIS", "scope": "read", "days": "30", "password": PASSWORD, **changes}
    headers = {"Accept": "text/html"}
    async with officer.http.post("/ops/account/tokens", data=fields, headers=headers) as answer:
        return answer.status, await answer.text()


async def test_the_page_makes_shows_once_and_revokes(store: Store) -> None:
    async with floor(store) as running:
        officer, program = await running.person(Role.OPERATOR), await running.visitor()
        status, page = await _made(officer)
        token = form.PATTERN.search(page)
        assert status == 200 and token, page
        header = {"Authorization": f"Bearer {token[0]}"}
        assert (await program.get(NOTE, headers=header))[0] == 200
        _, page = await officer.get("/ops/account", headers={"Accept": "text/html"})
        assert token[1] in page and token[0] not in page
        fields = {"csrf": officer.csrf, "token": token[1]}
        async with officer.http.post("/ops/account/tokens/revoke", data=fields) as answer:
            assert answer.status == 200
        assert (await program.get(NOTE, headers=header))[0] == 401
        async with store.read() as connection:
            rows = (await connection.execute(select(log.c.text, log.c.who))).all()
        told = " ".join(row.text for row in rows if row.who == "the-operator")
        assert f"{token[1]}（GIS、read、30日）を作った" in told and f"{token[1]}（GIS）を取り消した" in told
        assert token[0] not in told


@pytest.mark.parametrize(
    ("changes", "status"),
    [({"label": " "}, 400), ({"label": "x" * 61}, 400), ({"scope": "person"}, 400), ({"scope": "admin"}, 400),
     ({"days": "0"}, 400), ({"days": "99999"}, 400), ({"days": "９"}, 400), ({"password": "wrong"}, 403),
     ({"csrf": "x"}, 403)],
)  # fmt: skip
async def test_a_form_that_does_not_do_makes_none(store: Store, changes: dict[str, str], status: int) -> None:
    async with floor(store) as running:
        assert (await _made(await running.person(Role.ADMIN), **changes))[0] == status
    async with store.read() as connection:
        assert await tokens.everyone(connection) == []


async def test_one_person_has_so_many(store: Store) -> None:
    async with floor(store) as running:
        admin = await running.person(Role.ADMIN, "sato")
        for _ in range(MOST):
            await given(store, "sato", TokenScope.READ)
        status, page = await _made(admin)
        assert status == 409 and str(MOST) in page


def test_by_command(city: str, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: F811
    assert run(["users", "add", "gis", "--role", "operator"]) == 0
    lines(capsys)
    making = ["tokens", "add", "gis", "--label", "庁内GIS", "--scope", "read", "--scope", "write:reports"]
    assert run([*making, "--days", "9999"]) == 1
    assert json.loads(capsys.readouterr().err)["error"] == "bad_days"
    assert run(making) == 0
    (made,) = lines(capsys)
    assert form.name_of(str(made["token"])) == made["id"]
    assert run(["tokens", "list"]) == 0
    (listed,) = lines(capsys)
    assert (listed["state"], listed["scopes"], "token" in listed) == ("active", ["read", "write:reports"], False)
    assert run(["tokens", "revoke", str(made["id"])]) == 0
    assert run(["tokens", "revoke", str(made["id"])]) == 1
