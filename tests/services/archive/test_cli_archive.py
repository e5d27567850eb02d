"""``shirase archive`` on a store of its own."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.archive.period import Period, day_of
from services.cli import run
from services.clock import wall
from services.store import leases
from services.store.engine import Store
from tests.services.archive.making import real, save


@pytest.fixture
def day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Period:
    """A finished day with one reading, in the store of a data folder."""
    monkeypatch.setenv("SHIRASE_DATA_DIR", str(tmp_path))
    period = Period.day(day_of(wall() - timedelta(days=2)))

    async def fill() -> None:
        store = await Store.open(f"sqlite:///{tmp_path / 'shirase.db'}")
        await save(store, real(measured_at=period.begins), at=period.begins)
        await store.close()

    asyncio.run(fill())
    return period


def told(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_day_is_made_checked_and_found_wanting(day: Period, tmp_path: Path, capsys: Any) -> None:
    assert run(["archive", "make", day.name]) == 0
    made = {one["kind"]: one for one in told(capsys)}
    assert {one["period"] for one in made.values()} == {day.name} and made["readings"]["new"]
    assert run(["archive", "make", day.name]) == 0
    assert not any(one["new"] for one in told(capsys)), "the same data are the same file"
    assert run(["archive", "verify"]) == 0
    assert all(one["fault"] is None for one in told(capsys))
    (file,) = (tmp_path / "archive" / "readings").iterdir()
    file.write_bytes(file.read_bytes()[:-1])
    assert run(["archive", "verify"]) == 1
    (wrong,) = [one for one in told(capsys) if one["fault"]]
    assert (wrong["kind"], wrong["sha256"]) == ("readings", made["readings"]["sha256"])
    assert run(["archive", "make", "1999-12-31"]) == 1, "nobody knows anything of it"
    file.unlink()
    assert run(["archive", "verify"]) == 1 and run(["archive", "make", day.name]) == 0
    assert run(["archive", "verify"]) == 0 and run(["archive", "list"]) == 0


def test_where_a_hub_makes_them_it_is_asked(day: Period, tmp_path: Path, capsys: Any) -> None:
    assert run(["archive", "make", day.name]) == 0

    async def another() -> None:
        store = await Store.open(f"sqlite:///{tmp_path / 'shirase.db'}")
        async with store.write() as connection:
            assert await leases.take(connection, "archive", "another process", wall())
        await store.close()

    asyncio.run(another())
    capsys.readouterr()
    assert run(["archive", "make", day.month.name]) == 0
    (answer,) = told(capsys)
    assert answer["asked"] >= 4


def test_what_is_no_period_is_refused(day: Period) -> None:
    for wrong in ("2026-13", "../../etc", "2026-1-1", "yesterday"):
        with pytest.raises(SystemExit) as refused:
            run(["archive", "make", wrong])
        assert refused.value.code == 2
