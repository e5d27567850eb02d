"""``shirase alerts``: for the hour in which no page can be reached."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest

from services.cli import run
from services.clock import wall
from services.store import users
from services.store.engine import Store
from services.store.users import Account, Role
from tests.services.test_users import MORIOKA, city
from tests.services.test_writing import in_force

__all__ = ["city"]


async def test_what_is_in_force_is_listed_shown_and_cancelled_by_a_draft(
    city: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHIRASE_PROFILE", str(MORIOKA))
    store = await Store.open(city)
    sent, expires = wall() - timedelta(minutes=1), wall() + timedelta(hours=3)
    one = await in_force(store, channels=("log",), sent=sent, expires=expires)
    async with store.write() as connection:
        for name, role in (("suzuki", Role.OPERATOR), ("guest", Role.VIEWER)):
            account = Account(name=name, role=role, password="", one_time=False, revoked=False, created_at=wall())
            await users.add(connection, account)
    await store.close()
    capsys.readouterr()  # what the evaluator logged

    async def tell(*words: str) -> tuple[int, list[dict[str, object]], str]:
        code = await asyncio.to_thread(run, ["alerts", *words])
        told = capsys.readouterr()
        return code, [json.loads(line) for line in told.out.splitlines()], told.err

    code, listed, _ = await tell("list")
    assert code == 0 and [(row["series"], row["state"]) for row in listed] == [(one.series, "issued")]
    code, shown, _ = await tell("show", one.series)
    assert shown[0]["deliveries"] == {"log": "accepted"}
    assert (await tell("show", "nothing"))[0] == 1
    code, _, problem = await tell("cancel", one.series, "--by", "guest")
    assert code == 1 and "not_permitted" in problem
    code, (draft,), _ = await tell("cancel", one.series, "--by", "suzuki", "--reason", "試験の値でした。")
    assert code == 0 and draft["approval"] == "one" and draft["channels"] == ["log"]
    _, listed, _ = await tell("list")
    assert [(row["revision"], row["state"], row["msg_type"]) for row in listed] == [
        (2, "draft", "Cancel"),
        (1, "issued", "Alert"),
    ]
    code, _, problem = await tell("cancel", one.series, "--by", "suzuki")
    assert code == 1 and "draft_waiting" in problem


@pytest.mark.parametrize("words", ["alerts list", "callout list", "outage", "why", "budget show"])
def test_who_only_asks_makes_no_store_where_there_is_none(
    words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mistyped folder must not answer that nothing is in force and nothing rings."""
    monkeypatch.setenv("SHIRASE_PROFILE", str(MORIOKA))
    monkeypatch.setenv("SHIRASE_DATA_DIR", str(tmp_path / "mistyped"))
    monkeypatch.delenv("SHIRASE_DATABASE", raising=False)
    assert run(words.split()) == 1
    assert "there is no such file" in capsys.readouterr().err and not (tmp_path / "mistyped").exists()
