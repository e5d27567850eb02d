"""What comes back is what was there, on either engine; what is damaged, foreign or in the way is told."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
import stat
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from services.backup import kept, rows
from services.backup.archive import ArchiveError, new
from services.backup.left_out import TABLES
from services.backup.restoring import restore
from services.backup.taking import take
from services.cli import run
from services.settings import Settings, load
from services.store import backups
from services.store import chronology as log
from services.store.chronology import Entry
from services.store.engine import Store, StoreError
from services.store.tables import chronology, metadata, outbox, records, users
from tests.postgresql import Cluster
from tests.services.backup.filled import fill
from tests.services.making import NOW


@pytest.fixture
async def lived(tmp_path: Path, migrated: Path) -> AsyncIterator[tuple[Store, Settings]]:
    """A store with something in every table, whose newest record is gone again, and files beside it."""
    settings = _settings(tmp_path / "first")
    settings.data_dir.mkdir()
    shutil.copy(migrated, settings.data_dir / "shirase.db")
    store = await Store.open(settings.database_url)
    async with store.write() as connection:
        await fill(connection)
        await connection.execute(text("DELETE FROM records WHERE seq = 3"))
    layer = settings.data_dir / "layers" / "flood.fgb"
    layer.parent.mkdir(parents=True)
    layer.write_bytes(b"layer" * 100_000)
    (settings.data_dir / "reporters.key").write_text("a key that somebody laid here")
    (settings.data_dir / "tls").mkdir()
    (settings.data_dir / "tls" / "web.key").write_text("another")
    (settings.data_dir / "models").symlink_to(settings.data_dir / "tls")
    (settings.data_dir / "broker").mkdir()
    (settings.data_dir / "broker" / "state").write_bytes(b"of a running broker")
    yield store, settings
    await store.close()


def _settings(folder: Path, url: str = "") -> Settings:
    return load(environment={"SHIRASE_DATA_DIR": str(folder), "SHIRASE_DATABASE": url})


async def contents(store: Store) -> dict[str, list[bytes]]:
    """Every row of every table that goes along, as it is stored."""
    found: dict[str, list[bytes]] = {}
    async with store.read() as connection:
        for table in metadata.sorted_tables:
            if table.name not in TABLES:
                found[table.name] = [line async for lines in rows.read(connection, table) for line in lines]
    return found


async def test_every_row_of_every_table_comes_back(lived: tuple[Store, Settings], tmp_path: Path) -> None:
    store, settings = lived
    before = await contents(store)
    assert all(len(found) >= 2 for found in before.values())
    manifest = await take(store, settings, tmp_path / "copy.zip", NOW)
    assert sum(one.rows for one in manifest.tables) == sum(map(len, before.values()))
    assert [one.name for one in manifest.files] == ["files/layers/flood.fgb"], "no key that lies there, no link to one"
    assert stat.S_IMODE((tmp_path / "copy.zip").stat().st_mode) == 0o600, "it holds persons' data"
    other = _settings(tmp_path / "second")
    await restore(tmp_path / "copy.zip", other, NOW)
    assert (tmp_path / "second/layers/flood.fgb").read_bytes() == b"layer" * 100_000
    assert not (tmp_path / "second/broker").exists()
    again = await Store.open(other.database_url)
    try:
        after = await contents(again)
        entries = after.pop("chronology")
        assert entries[:-1] == before.pop("chronology")
        assert "控えから戻した" in entries[-1].decode() and "2026" in entries[-1].decode()
        assert after == before
        async with again.read() as connection:
            for name in TABLES:
                assert (await connection.execute(select(metadata.tables[name]))).first() is None, TABLES[name]
        async with again.write() as connection:
            assert await _next(connection) == 4, "the number of a row that is gone is never given again"
    finally:
        await again.close()


async def test_a_city_grows_from_sqlite_to_postgresql_and_back(
    lived: tuple[Store, Settings], tmp_path: Path, postgresql: Cluster
) -> None:
    store, settings = lived
    before = await contents(store)
    await take(store, settings, tmp_path / "up.zip", NOW)
    grown, small = _settings(tmp_path / "grown", postgresql.database("grown")), _settings(tmp_path / "small")
    await restore(tmp_path / "up.zip", grown, NOW)
    there = await Store.open(grown.database_url)
    try:
        async with there.write() as connection:
            assert await _next(connection) == 4, "the number of a row that is gone is never given again"
            await connection.execute(records.delete().where(records.c.seq == 4))
        await take(there, grown, tmp_path / "down.zip", NOW)
    finally:
        await there.close()
    await restore(tmp_path / "down.zip", small, NOW)
    again = await Store.open(small.database_url)
    try:
        after = await contents(again)
        async with again.write() as connection:
            assert await _next(connection) == 5
    finally:
        await again.close()
    assert len(after["chronology"]) == len(before["chronology"]) + 2
    after["chronology"] = after["chronology"][:-2]
    assert after == before


async def _next(connection: AsyncConnection) -> int:
    """The number that the store gives the next record."""
    row = (await connection.execute(select(records))).mappings().first()
    assert row is not None
    values = {**row, "key": "next"}
    del values["seq"]
    return int((await connection.execute(insert(records).values(values).returning(records.c.seq))).scalar_one())


async def test_a_copy_made_while_others_write_is_of_one_moment(lived: tuple[Store, Settings], tmp_path: Path) -> None:
    store, settings = lived
    begun, done = asyncio.Event(), asyncio.Event()

    async def officers() -> None:
        number = 0
        while not done.is_set():
            number += 1
            async with store.write() as connection:
                await connection.execute(update(users).values(scope={"n": number}))
                words = Entry(at=NOW, status=Status.ACTUAL, kind="note", who="sato", text=str(number))
                await log.append(connection, [words])
            begun.set()

    async with store.write() as connection:
        await connection.execute(chronology.delete())
    working = asyncio.create_task(officers())
    await begun.wait()
    await take(store, settings, tmp_path / "copy.zip", NOW)
    done.set()
    await working
    chain = await restore(tmp_path / "copy.zip", _settings(tmp_path / "second"), NOW)
    assert chain.broken is None
    again = await Store.look(_settings(tmp_path / "second").database_url)
    try:
        async with again.read() as connection:
            told = (await connection.scalars(select(chronology.c.text).order_by(chronology.c.seq))).all()
            scopes = (await connection.scalars(select(users.c.scope))).all()
    finally:
        await again.close()
    assert [scope["n"] for scope in scopes] == [int(told[-2])] * len(scopes)


async def test_what_waited_may_be_out_and_the_next_try_looks_first(
    lived: tuple[Store, Settings], tmp_path: Path
) -> None:
    store, settings = lived
    states = ["waiting", "sending", "accepted"]
    async with store.write() as connection:
        ids = (await connection.scalars(select(outbox.c.id).order_by(outbox.c.id))).all()
        for one, state in zip(ids, states, strict=True):
            await connection.execute(update(outbox).where(outbox.c.id == one).values(state=state, after_unknown=False))
    await take(store, settings, tmp_path / "copy.zip", NOW)
    other = _settings(tmp_path / "second")
    await restore(tmp_path / "copy.zip", other, NOW)
    again = await Store.look(other.database_url)
    try:
        async with again.read() as connection:
            found = select(outbox.c.state, outbox.c.after_unknown).order_by(outbox.c.id)
            assert [tuple(row) for row in await connection.execute(found)] == [
                ("unknown", True),
                ("unknown", True),
                ("accepted", False),
            ]
    finally:
        await again.close()


async def test_a_copy_of_older_tables_is_brought_to_todays(lived: tuple[Store, Settings], tmp_path: Path) -> None:
    store, settings = lived
    await take(store, settings, tmp_path / "copy.zip", NOW)
    _changed(tmp_path / "copy.zip", tmp_path / "older.zip", revision="0023", only=("chronology", "users"))
    other = _settings(tmp_path / "second")
    await restore(tmp_path / "older.zip", other, NOW)
    again = await Store.look(other.database_url)  # it would refuse any tables but today's
    try:
        async with again.read() as connection:
            assert await connection.scalar(select(func.count()).select_from(chronology)) == 4
            assert await connection.scalar(select(func.count()).select_from(users)) == 3
    finally:
        await again.close()


async def test_a_full_store_is_never_written_over(lived: tuple[Store, Settings], tmp_path: Path) -> None:
    store, settings = lived
    before = await contents(store)
    await take(store, settings, tmp_path / "copy.zip", NOW)
    beside = _settings(tmp_path / "second", settings.database_url)
    with pytest.raises(ArchiveError, match="not empty"):
        await restore(tmp_path / "copy.zip", beside, NOW)
    assert await contents(store) == before
    (settings.data_dir / "layers" / "flood.fgb").write_bytes(b"another layer")
    with pytest.raises(ArchiveError, match="exists"):
        await restore(tmp_path / "copy.zip", settings, NOW)
    with pytest.raises(ArchiveError, match="exists"):
        await take(store, settings, tmp_path / "copy.zip", NOW)


async def test_what_is_damaged_or_foreign_is_told_and_nothing_written(
    lived: tuple[Store, Settings], tmp_path: Path
) -> None:
    store, settings = lived
    file, bad = tmp_path / "copy.zip", tmp_path / "bad.zip"
    await take(store, settings, file, NOW)
    target = _settings(tmp_path / "second")
    for change, word in (
        ({"city": "13101"}, "13101"),
        ({"exercise": True}, "exercise"),
        ({"format": "shirase-backup/9"}, "shirase-backup/9"),
        ({"revision": "9999_future"}, "9999_future"),
        ({"swap": ("tables/records.jsonl", b'["not what was written"]\n')}, "records"),
        *(
            ({"rename": ("tables/records.jsonl", name)}, "outside")
            for name in ("../records", "/etc/cron.d/x", "files/../../x", "files\\..\\x", "files/a\0b", "")
        ),
        ({"drop": "manifest.json"}, "never came to its end"),
        ({"drop": "tables/alerts.jsonl"}, "alerts"),
        ({"columns": ("tables/records.jsonl", [["seq", "plain"], ["evil", "plain"]])}, "was changed"),
    ):
        _changed(file, bad, **change)
        with pytest.raises(ArchiveError, match=word):
            await restore(bad, target, NOW)
        assert not [one for one in (tmp_path / "second").glob("**/*") if one.suffix not in {".db", ".db-wal", ".db-shm"}
                    and one.is_file()]  # fmt: skip
        with pytest.raises(StoreError):
            await Store.look(target.database_url)
    flipped = bytearray(file.read_bytes())
    for at in range(2000, len(flipped) // 2, 997):
        flipped[at] ^= 0x55
    bad.write_bytes(flipped)
    with pytest.raises(ArchiveError, match=r"damaged|cannot be read"):
        await restore(bad, target, NOW)
    bad.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    with pytest.raises(ArchiveError, match="cannot be read"):
        await restore(bad, target, NOW)
    await restore(file, target, NOW)


async def test_a_copy_by_other_hands_brings_no_settings_and_no_key(
    lived: tuple[Store, Settings], tmp_path: Path
) -> None:
    store, settings = lived
    file, bad = tmp_path / "copy.zip", tmp_path / "bad.zip"
    await take(store, settings, file, NOW)
    with zipfile.ZipFile(file) as found, zipfile.ZipFile(bad, "w") as made:
        for name in found.namelist():
            data = found.read(name).replace(b"files/layers/flood.fgb", b"files/settings.toml")
            made.writestr(name.replace("files/layers/flood.fgb", "files/settings.toml"), data)
    await restore(bad, _settings(tmp_path / "second"), NOW)
    written = {one.name for one in (tmp_path / "second").rglob("*") if one.is_file()}
    assert {one for one in written if not one.startswith("shirase.db")} == set()


def test_a_copy_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="full"), new(tmp_path / "copy.zip") as growing:
        with growing.member("tables/records.jsonl") as part:
            part.lines([b"[1]"])
        raise OSError("the disk is full")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.one_engine
async def test_the_newest_copies_stay_and_the_register_knows_the_rest(store: Store, tmp_path: Path) -> None:
    days = [NOW.replace(day=day) for day in range(1, 5)]
    for day in days:
        file = tmp_path / kept.name("03201", day)
        file.write_bytes(b"")
        async with store.write() as connection:
            await kept.enter(connection, file, "timer", day, 35)
    (tmp_path / "notes.zip").write_bytes(b"mine")
    gone = kept.thin(tmp_path, 2)
    async with store.write() as connection:
        await kept.strike(connection, gone, "timer", NOW)
        left = [Path(one.place).name for one in await backups.standing(connection)]
    assert [one.name for one in gone] == [kept.name("03201", day) for day in days[:2]]
    assert left == [kept.name("03201", day) for day in days[2:]]
    assert sorted(one.name for one in tmp_path.glob("*.zip")) == ["notes.zip", *left]


def _changed(
    file: Path,
    to: Path,
    *,
    swap: tuple[str, bytes] = ("", b""),
    rename: tuple[str, str] = ("", ""),
    drop: str = "",
    columns: tuple[str, list[list[str]]] = ("", []),
    only: tuple[str, ...] = (),
    **words: object,
) -> None:
    """The same copy, but for what somebody has done to it."""
    with zipfile.ZipFile(file) as found, zipfile.ZipFile(to, "w") as made:
        manifest = json.loads(found.read("manifest.json")) | words
        for member in manifest["members"]:
            if member["name"] == rename[0]:
                member["name"] = rename[1]
            if member["name"] == columns[0]:
                member["columns"] = columns[1]
        if only:
            wanted = {f"tables/{one}.jsonl" for one in only}
            manifest["members"] = [one for one in manifest["members"] if one["name"] in wanted]
        for name in found.namelist():
            if name == "manifest.json" or name == drop:
                continue
            made.writestr(name, swap[1] if name == swap[0] else found.read(name))
        if drop != "manifest.json":
            made.writestr("manifest.json", json.dumps(manifest))


def test_the_commands_make_try_and_bring_back_a_copy(
    tmp_path: Path, migrated: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(migrated, tmp_path / "shirase.db")
    monkeypatch.setenv("SHIRASE_DATA_DIR", str(tmp_path))
    copies = tmp_path.with_name(f"{tmp_path.name}-copies")
    copies.mkdir()
    assert run(["backup", str(copies), "--keep", "1"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["register"] == 1 and told["gone"] == [] and told["rows"] >= 0
    with sqlite3.connect(tmp_path / "shirase.db") as full:
        full.execute("CREATE TRIGGER full BEFORE INSERT ON backups BEGIN SELECT RAISE(ABORT, 'disk full'); END")
    assert run(["backup", str(copies / "by-hand.zip")]) == 1
    out, err = capsys.readouterr()
    assert json.loads(out)["register"] is None and "not_registered" in err and "disk full" in err
    assert f"shirase privacy backups add {copies / 'by-hand.zip'}" in err
    assert run(["restore", str(copies / "by-hand.zip"), "--check"]) == 0, "the copy is whole"
    capsys.readouterr()
    assert run(["restore", told["file"], "--check"]) == 0
    assert json.loads(capsys.readouterr().out)["whole"] is True
    assert run(["restore", told["file"]]) == 1
    assert "not empty" in capsys.readouterr().err
    monkeypatch.setenv("SHIRASE_DATA_DIR", str(copies / "new"))
    assert run(["restore", told["file"]]) == 0
    assert json.loads(capsys.readouterr().out)["chain"] is True
    monkeypatch.setenv("SHIRASE_DATA_DIR", str(tmp_path))
    assert run(["backup", str(tmp_path / "one.zip")]) == 1
    assert "data directory" in capsys.readouterr().err
    assert run(["backup", str(tmp_path / "one.zip"), "--keep", "3"]) == 1
    assert "needs a folder" in capsys.readouterr().err
