"""Street crime taken in as numbers: what is counted, what is told, and that no row of it stays."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from feeds.records import Message
from services.cli import run
from services.notices.crimes import STREET, taken
from services.store import counts
from services.store.counts import Source
from services.store.engine import Store
from services.store.tables import crime_counts, records
from tests.feeds.test_crime_csv import BICYCLE, HEAD
from tests.services.making import NOW
from tests.services.web_floor import at, floor

pytestmark = pytest.mark.one_engine
POLICE = Source("岩手県警察", "CC BY 4.0")


def message(text: str, encoding: str = "utf-8") -> Message:
    return Message(topic="crime_csv:file", payload=text.encode(encoding), received_at=NOW, gateway="file")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_all_seven_kinds_are_counted_in_every_encoding(encoding: str) -> None:
    rows = "".join(BICYCLE.replace("自転車盗", act) for act in STREET)
    blank = BICYCLE.replace("大通一丁目", "")
    elsewhere, other = BICYCLE.replace("盛岡市", "滝沢市"), BICYCLE.replace("自転車盗", "空き巣")
    found = taken(message(HEAD + rows + blank + elsewhere + other, encoding), "盛岡市")
    assert (found.rows, found.elsewhere, found.other, found.rejected) == (8, 1, 1, ())
    assert {act for _, act, _ in found.counts} == set(STREET)
    assert found.counts["2025-04", "自転車盗", ""] == 1, "what the police leave blank stays so"
    assert found.counts["2025-04", "自転車盗", "大通一丁目"] == 1


def test_a_block_is_one_block_however_its_number_is_written() -> None:
    found = taken(message(HEAD + BICYCLE + BICYCLE.replace("大通一丁目", "大通１丁目")), "盛岡市")
    assert dict(found.counts) == {("2025-04", "自転車盗", "大通一丁目"): 2}


async def test_what_is_told_has_its_source_and_three_cases_at_least(store: Store) -> None:
    april = {("2025-04", "自転車盗", "内丸"): 7, ("2025-04", "自転車盗", "本町通"): 2}
    lately = {("2026-08", "自転車盗", "内丸"): 9}
    async with store.write() as connection:
        await counts.replace_crimes(connection, POLICE, {**april, ("2025-04", "自転車盗", "x"): 50}, NOW)
        await counts.replace_crimes(connection, POLICE, {**april, **lately}, NOW)
    async with floor(store) as running:
        stranger = await running.visitor()
        _, told = await stranger.get("/api/v1/crimes")
        (only,) = told["features"]
        assert only["geometry"]["coordinates"] == [141.11, 39.71]
        assert only["properties"] == {
            "source": "岩手県警察",
            "licence": "CC BY 4.0",
            "period": "2025-04",
            "act": "自転車盗",
            "town": "内丸",
            "area": "032010001",
            "at_least": 6,
            "at_most": 8,
        }
        _, table = await stranger.get("/api/v1/crimes.csv")
        assert table.lstrip("\ufeff").splitlines() == [
            "source,licence,period,act,town,at_least,at_most",
            "岩手県警察,CC BY 4.0,2025-04,自転車盗,内丸,6,8",
        ]
    async with floor(store, **at(NOW + timedelta(days=60))) as running:
        periods = {one["period"] for one in await (await running.visitor()).features("/api/v1/crimes")}
    assert periods == {"2025-04", "2026-08"}, "once the month ended 90 days ago"


async def test_no_town_of_a_file_is_run_by_a_spreadsheet(store: Store) -> None:
    async with store.write() as connection:
        await counts.replace_crimes(connection, POLICE, {("2025-04", "自転車盗", "=1+1"): 7}, NOW)
    async with floor(store) as running:
        _, table = await (await running.visitor()).get("/api/v1/crimes.csv")
    assert "自転車盗,'=1+1," in table


async def kept(folder: Path) -> tuple[list[Any], list[Any]]:
    store = await Store.open(f"sqlite:///{folder / 'shirase.db'}")
    async with store.read() as connection:
        told = list(await connection.execute(select(crime_counts)))
        rows = list(await connection.execute(select(records)))
    await store.close()
    return told, rows


def test_the_command_counts_a_file_tells_bad_lines_and_keeps_no_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SHIRASE_DATA_DIR", str(tmp_path))
    file = tmp_path / "crimes.csv"
    command = ["crimes", "import", str(file), "--source", POLICE.name, "--licence", POLICE.licence]
    file.write_bytes((HEAD + BICYCLE * 4 + BICYCLE.replace("2025-04-12", "")).encode("cp932"))
    assert run(command) == 1
    printed = capsys.readouterr()
    assert json.loads(printed.out) == {"counted": 4, "elsewhere": 0, "other_crimes": 0, "months": ["2025-04"]}
    fault = json.loads(printed.err)
    assert (fault["error"], fault["at"]) == ("no_time", "line 6") and "20歳代" not in printed.err
    file.write_bytes((HEAD + BICYCLE * 5).encode("cp932"))
    assert run(command) == 0, "a later table replaces its months"
    ((row,), rows) = asyncio.run(kept(tmp_path))
    assert row[:5] == ("岩手県警察", "2025-04", "自転車盗", "大通一丁目", 5) and rows == []
    assert run([*command[:2], str(tmp_path / "none.csv"), *command[3:]]) == 2
