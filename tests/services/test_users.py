"""Accounts from the command line."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from sqlalchemy import select

from services.cli import run
from services.store.engine import Store
from services.store.tables import chronology as log
from services.store.users import Role, everyone
from services.web.auth_password import matches

MORIOKA = Path(__file__).parents[2] / "config/morioka"


@pytest.fixture
def city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A town's profile and an empty data folder; returns the store's URL."""
    profile = tmp_path / "profile"
    profile.mkdir()
    (profile / "profile.toml").write_text(
        '[city]\ncode = "03201"\nname = "盛岡市"\nname_en = "Morioka"\nsender = "hub.example.jp"\n'
        'sender_name = "盛岡市"\nsender_name_en = "Morioka"\nweb = "https://hub.example.jp/"\n',
        encoding="utf-8",
    )
    monkeypatch.setenv("SHIRASE_PROFILE", str(profile))
    monkeypatch.setenv("SHIRASE_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.delenv("SHIRASE_DATABASE", raising=False)
    return f"sqlite+aiosqlite:///{tmp_path / 'var' / 'shirase.db'}"


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_add_prints_the_password_once_and_the_store_keeps_only_its_hash(
    city: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run(["users", "add", "佐藤", "--role", "approver", "--one-time"]) == 0
    (told,) = lines(capsys)
    password = str(told["password"])
    assert len(password) == 23
    assert run(["users", "list"]) == 0
    (listed,) = lines(capsys)
    assert (listed["user"], listed["role"], listed["state"]) == ("佐藤", "approver", "active")
    assert all(password.encode() not in file.read_bytes() for file in (tmp_path / "var").iterdir())


async def test_the_printed_password_fits_the_stored_hash(city: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert await asyncio.to_thread(run, ["users", "add", "sato", "--role", "admin"]) == 0
    (told,) = lines(capsys)
    store = await Store.open(city)
    async with store.read() as connection:
        (account,) = await everyone(connection)
    await store.close()
    assert account.role is Role.ADMIN
    assert await matches(account.password, str(told["password"]))
    assert not await matches(account.password, str(told["password"]) + "x")
    assert not await matches(None, str(told["password"]))


def test_an_account_in_use_is_not_overwritten_and_a_revoked_one_can_come_back(
    city: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["users", "add", "sato", "--role", "viewer"]) == 0
    assert run(["users", "add", "sato", "--role", "admin"]) == 1
    assert json.loads(capsys.readouterr().err)["error"] == "in_use"
    assert run(["users", "revoke", "sato"]) == 0
    assert run(["users", "add", "sato", "--role", "admin"]) == 0
    lines(capsys)
    assert run(["users", "list"]) == 0
    assert lines(capsys)[0]["role"] == "admin"


def test_what_cannot_be_done_says_why(city: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["users", "revoke", "nobody"]) == 1
    assert json.loads(capsys.readouterr().err)["error"] == "not_found"
    assert run(["users", "add", "a b", "--role", "viewer"]) == 1
    assert json.loads(capsys.readouterr().err)["error"] == "bad_name"
    with pytest.raises(SystemExit) as refused:
        run(["users", "add", "sato", "--role", "king"])
    assert refused.value.code == 2


def test_a_scope_is_set_shown_changed_and_taken_away(
    city: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    snow = ["--kinds", "snow_depth,heavy_snow", "--highest", "3"]
    assert run(["users", "add", "yuki", "--role", "approver", *snow]) == 0
    assert run(["users", "scope", "yuki", "--evacuation", "--break-glass"]) == 0
    lines(capsys)
    assert run(["users", "list"]) == 0
    scope = {"kinds": [], "areas": [], "highest": 5, "evacuation": True, "break_glass": True}
    assert lines(capsys)[0]["scope"] == scope
    assert run(["users", "scope", "yuki", "--of-role"]) == 0
    assert run(["users", "list"]) == 0
    assert "scope" not in lines(capsys)[-1]
    monkeypatch.setenv("SHIRASE_PROFILE", str(MORIOKA))
    assert run(["users", "scope", "yuki", "--areas", "plow-*,ekimae"]) == 0


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["scope", "yuki", "--kinds", "snow"], "no kind of hazard: snow"),
        (["scope", "yuki", "--areas", "atlantis"], "no area of the profile: atlantis"),
        (["scope", "yuki"], "--of-role"),
        (["scope", "yuki", "--of-role", "--evacuation"], "not both"),
        (["add", "miru", "--role", "viewer", "--evacuation"], "a viewer approves nothing"),
    ],
)
def test_a_scope_that_is_none_says_what_there_is(
    city: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, options: list[str], told: str
) -> None:
    monkeypatch.setenv("SHIRASE_PROFILE", str(MORIOKA))
    assert run(["users", "add", "yuki", "--role", "approver"]) == 0
    assert run(["users", *options]) == 1
    error = json.loads(capsys.readouterr().err)
    assert error["error"] == "bad_scope" and told in error["message"]


async def test_who_may_come_by_the_citys_provider_is_written_down(
    city: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site = tmp_path / "site.toml"
    site.write_text(
        '[accounts]\nkey = "a-key-of-accounts-that-is-long-enough"\n[accounts.oidc]\nissuer = "https://id.city.example"\n'
        'client_id = "hub"\nclient_secret = "s3cret-of-the-client"\nroles = {crisis = "operator"}\n',
        encoding="utf-8",
    )

    def link(*words: str) -> int:
        return run(["users", "link", *words])

    await asyncio.to_thread(run, ["users", "add", "sato", "--role", "operator"])
    assert await asyncio.to_thread(link, "sato") == 1, "there is no provider"
    monkey = ["users", "--settings", str(site), "link"]
    assert await asyncio.to_thread(run, [*monkey, "nobody"]) == 1
    assert await asyncio.to_thread(run, [*monkey, "sato"]) == 0
    assert lines(capsys)[-1] == {"user": "sato", "issuer": "https://id.city.example", "waits_for_first_login": True}
    store = await Store.open(city)
    async with store.read() as connection:
        rows = (await connection.execute(select(log.c.who, log.c.text).order_by(log.c.seq))).all()
    await store.close()
    assert [row.who for row in rows] == ["shirase users"] * 2
    assert rows[1].text == "sato を、市の共通ログインの同じ名前の人につなぐ。"


def test_roles_include_the_ones_below() -> None:
    assert Role.ADMIN.covers(Role.VIEWER)
    assert Role.APPROVER.covers(Role.OPERATOR)
    assert not Role.VIEWER.covers(Role.OPERATOR)
