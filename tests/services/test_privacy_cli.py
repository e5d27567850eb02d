"""開示・消去: found by a hash, opened with a line in the log, deleted with proof; and whether it all holds."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import insert, select, update

from services import cli
from services.clock import wall
from services.configuration.reporters import Reporters
from services.store import looks, records, report_cases, reporters, users
from services.store.engine import Store
from services.store.tables import chronology
from services.store.tables import records as arrived
from services.store.tables_muster import staff
from services.store.tables_reporters import backups
from services.store.tables_reporters import reporters as sealed
from services.store.users import Account, Role
from tests.services.test_reporters import MAIL, NAME, PHONE, SEEN

OLD, NEW = "a-key-of-senders-of-old-" * 2, "a-key-of-senders-of-now-" * 2
Run = Callable[..., tuple[int, list[dict[str, Any]]]]


async def filled(url: str) -> None:
    """Three reports of two people, one of whom is found by two kinds; a mark of one of them stays in the open."""
    store = await Store.open(url)
    Reporters(key=SecretStr(OLD)).seals(store)
    mine = replace(SEEN, measured_at=wall())
    other = replace(mine, report_id="other", text="イノシシ 080-7777-0000", place="本町", contact=None)
    async with store.write() as connection:
        await records.save(connection, [mine, replace(mine, report_id="r2", contact=None), other], wall())
        for name, role in (("kanri", Role.ADMIN), ("sato", Role.OPERATOR)):
            account = Account(name=name, role=role, password="x", one_time=False, revoked=False, created_at=wall())
            await users.add(connection, account)
    await store.close()


@pytest.fixture
def shirase(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], migrated: Path) -> Run:
    """Runs a command on a store that is filled; the exit code and what it told."""
    file = tmp_path / "shirase.db"
    file.write_bytes(migrated.read_bytes())
    asyncio.run(filled(f"sqlite:///{file}"))
    monkeypatch.setenv("SHIRASE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SHIRASE_REPORTERS_KEY", OLD)

    def run(*words: str) -> tuple[int, list[dict[str, Any]]]:
        code = cli.run(words)
        said = capsys.readouterr()
        return code, [json.loads(line) for line in (said.out + said.err).splitlines()]

    return run


def look(tmp_path: Path, ask: Callable[[Any], Any]) -> Any:
    """What stands in the store."""

    async def read() -> Any:
        store = await Store.open(f"sqlite:///{tmp_path / 'shirase.db'}")
        try:
            async with store.write() as connection:
                return await ask(connection)
        finally:
            await store.close()

    return asyncio.run(read())


def test_a_person_is_found_shown_all_and_deleted_and_others_stay(shirase: Run, tmp_path: Path) -> None:
    code, found = shirase("privacy", "find", "--phone", "+81 90-5555-4321", "--mail", MAIL.upper())
    assert code == 0 and [(one["about"], one["found_by"]) for one in found] == [
        ("@public/report/r1", ["mail", "phone"]),
        ("@public/report/r2", ["mail", "phone"]),
    ]
    assert PHONE not in json.dumps(found)
    assert shirase("privacy", "export", "--phone", PHONE, "--by", "sato")[0] == 1, "administrators alone"
    code, [whole] = shirase("privacy", "export", "--phone", PHONE, "--by", "kanri")
    first = whole["held"][0]
    assert code == 0 and first["contact"]["name"] == NAME and first["words"] == {"text": SEEN.text}
    assert first["record"]["report"]["place"] == SEEN.place and [one["act"] for one in first["record"]["became"]]
    code, _ = shirase("privacy", "backups", "add", "金庫のディスク3", "--by", "sato")
    code, [told] = shirase("privacy", "erase", "--phone", PHONE, "--by", "kanri", "--words")
    assert (code, told["erased"], told["left"], told["washed"]) == (0, 2, 0, True)
    assert [one["place"] for one in told["copies"]] == ["金庫のディスク3"] and told["stays"]
    assert shirase("privacy", "find", "--phone", PHONE, "--name", NAME) == (0, [])
    assert len(shirase("privacy", "find", "--phone", "080-7777-0000")[1]) == 1, "somebody else's"
    raw = b"".join(one.read_bytes() for one in tmp_path.glob("shirase.db*"))
    assert [one for one in (PHONE, MAIL, NAME, "佐藤さん宅") if one.encode() in raw] == []

    async def log(connection: Any) -> Any:
        texts = (await connection.execute(select(chronology.c.who, chronology.c.text, chronology.c.refs))).all()
        return [(one.who, one.how) for one in await looks.newest(connection, 9)], texts

    seen, texts = look(tmp_path, log)
    assert seen == [("kanri", "export")] * 2
    assert (
        "連絡先を2件消した。照合：消した行の残り0件" in texts[-1].text
        and texts[-1].refs["why"] == "asked for by the person"
    )


def test_other_registers_are_named_where_somebody_is_in_them(shirase: Run, tmp_path: Path) -> None:
    async def hire(connection: Any) -> None:
        words = dict.fromkeys(("bureau", "section", "role", "category", "place"), "")
        one = {"code": "1001", "drills": False, "sealed": b"-", "lookups": [], "changed_at": wall(), **words}
        await connection.execute(insert(staff).values(**one))

    assert shirase("privacy", "find", "--name", "佐藤")[1] == []
    look(tmp_path, hire)
    (told,) = shirase("privacy", "find", "--name", "佐藤")[1]
    assert (told["about"], told["register"], told["people"]) == ("elsewhere", "staff", 1)
    assert "shirase staff export" in told["ask"]


def test_a_new_key_takes_over_and_the_old_one_may_go(
    shirase: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = tmp_path / "keys.toml"
    settings.write_text(f'[reporters]\nformer = ["{OLD}"]\n')
    monkeypatch.setenv("SHIRASE_REPORTERS_KEY", NEW)
    code, keys = shirase("reporters", "keys")
    assert code == 1 and sorted((one["rows"], one["here"]) for one in keys) == [(0, True), (3, False)]
    code, [done, refused] = shirase("reporters", "rekey")
    assert (code, done["resealed"], done["not_opened"], refused["error"]) == (1, 0, 3, "no_key")
    both = ("--settings", str(settings))
    assert shirase("reporters", *both, "rekey") == (0, [{"key": done["key"], "resealed": 3, "not_opened": 0}])
    assert shirase("reporters", "keys")[1] == [{"key": done["key"], "rows": 3, "here": True, "current": True}]
    whom = ("reporters", "look", "--case", "1", "--purpose", "rescue", "--by")
    code, [told] = shirase(*whom, "sato")
    assert code == 0 and told["phone"] == PHONE
    assert shirase(*whom, "nobody")[1][0]["error"] == "not_allowed"


def test_whether_it_holds_is_told_by_table_and_number(
    shirase: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert shirase("privacy", "verify", "--bytes") == (0, [{"ok": True, "faults": 0, "bytes": True}])

    async def spoil(connection: Any) -> None:
        aged = wall() - timedelta(days=120)
        await connection.execute(update(sealed).where(sealed.c.about == "@public/report/other").values(arrived_at=aged))
        case = (await report_cases.of_keys(connection, [SEEN.key]))[SEEN.key]
        body = {**records._body(SEEN), "text": f"{PHONE} へ"}
        await connection.execute(update(arrived).where(arrived.c.key == case.key).values(body=body))
        row = {"made_at": aged, "place": "倉庫", "by": "sato", "destroy_by": aged, "destroyed_who": ""}
        await connection.execute(backups.insert().values(row))
        two = await reporters.of(connection, "@public/report/r2")
        await connection.execute(update(sealed).where(sealed.c.id == two[0].id).values(sealed=b"x" * 40))

    look(tmp_path, spoil)
    code, told = shirase("privacy", "verify", "--bytes")
    assert code == 1 and [(one["table"], one["what"], one["rows"]) for one in told[:-1]] == [
        ("reporters、reporter_marks", "overdue", 1),
        ("records", "in_the_clear", 1),
        ("reporters", "does_not_open", 1),
        ("backups", "copy_overdue", 1),
        ("shirase.db", "in_the_file", 1),
    ]
    _, [copy] = shirase("privacy", "backups", "list")
    assert copy["overdue"] is True
    assert shirase("privacy", "backups", "destroyed", "1", "--by", "sato") == (0, [])
    assert shirase("privacy", "backups", "destroyed", "1", "--by", "sato")[1][0]["error"] == "not_found"
    monkeypatch.delenv("SHIRASE_REPORTERS_KEY")
    kinds = [one.get("what") for one in shirase("privacy", "verify")[1]]
    assert "no_key" in kinds and "copy_overdue" not in kinds
    assert shirase("privacy", "find", "--phone", PHONE)[1][0]["error"] == "no_key"


def test_nobody_is_looked_for_without_a_name(shirase: Run) -> None:
    words: Sequence[str] = ("privacy", "find")
    assert shirase(*words)[1][0]["error"] == "nobody"
