"""The command from outside: its period, its refusals, its files, and the store that it leaves as it was."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services import cli
from services.backtest.period import begin, end
from services.store.engine import Store
from tests.services.backtest.making import keep, wave
from tests.services.making import NOW

CATALOG = Path(__file__).parents[3] / "rules" / "catalog"
JAPAN_NEW_YEAR = datetime(2025, 12, 31, 15, 0, tzinfo=UTC)
Told = tuple[int, list[dict[str, Any]], list[dict[str, Any]]]


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    monkeypatch.setenv("SHIRASE_DATA_DIR", str(tmp_path / "hub"))

    def run(*arguments: str) -> Told:
        code = cli.run(["backtest", *arguments])
        out, err = capsys.readouterr()
        return code, [json.loads(line) for line in out.splitlines()], [json.loads(line) for line in err.splitlines()]

    return run


async def hub(folder: Path) -> None:
    """A hub's store with a flood at a gauge of Morioka."""
    store = await Store.open(f"sqlite:///{folder / 'shirase.db'}")
    await keep(store, wave())
    await store.close()


def test_a_flood_out_of_the_store_that_stays_as_it_was(told: Any, tmp_path: Path) -> None:
    asyncio.run(hub(tmp_path / "hub"))
    file = tmp_path / "hub" / "shirase.db"
    before = hashlib.sha256(file.read_bytes()).hexdigest()
    code, lines, errors = told("2026-11-20", "2026-11-20", "--step", "PT5M")
    assert code == 0 and errors == []
    assert (lines[0]["from"], lines[0]["to"]) == ("2026-11-20T00:00:00+09:00", "2026-11-21T00:00:00+09:00")
    assert any(line["line"] == "alert" and line["rule"] == "river-level" for line in lines)
    assert hashlib.sha256(file.read_bytes()).hexdigest() == before


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        (["2026-01-02", "2026-01-01"], 2, "bad_period"),
        (["2026-01-01", "2026-01-02"], 1, "no_store"),
        (["2026-01-01", "2026-01-02", "--rules", "nowhere"], 1, "rule"),
        (["2026-01-01", "2026-01-02", "--records", "none.csv"], 2, "unreadable"),
        (["2026-01-01", "2026-01-02", "--records", "none.csv", "--compare-sent"], 2, "bad_options"),
    ],
)
def test_what_cannot_be_done_is_refused(told: Any, arguments: Sequence[str], code: int, error: str) -> None:
    found, lines, errors = told(*arguments)
    assert (found, lines) == (code, [])
    assert [one["error"] for one in errors] == [error]


def test_dates_and_times_are_japanese_unless_they_say_otherwise() -> None:
    assert begin("2026-01-01") == begin("2026-01-01T00:00") == begin("2025-12-31T15:00Z") == JAPAN_NEW_YEAR
    assert end("2026-01-01") == JAPAN_NEW_YEAR + timedelta(days=1)
    assert end("2026-01-01 00:00:00") == JAPAN_NEW_YEAR
    with pytest.raises(ValueError, match="not a time"):
        begin("1 January")


def snow(tmp_path: Path, name: str = "season.csv", start: datetime = NOW) -> Path:
    """Twelve hours of snowfall at Morioka's gauge, 1.2 cm an hour: 12 cm at most, hour by hour."""
    rows = ["station,quantity,value,unit,measured_at"]
    for hour in range(24):
        depth = 1.0 + 0.8 * min(hour, 12)
        rows.append(f"33431,snow_depth,{depth:.1f},cm,{(start + timedelta(hours=hour)).isoformat()}")
    file = tmp_path / name
    file.write_text("\n".join(rows), encoding="utf-8")
    return file


def rules(tmp_path: Path, name: str, cm: int) -> Path:
    """The catalogue's snow rule with another threshold."""
    folder = tmp_path / name
    folder.mkdir()
    text = (CATALOG / "snow-plowing.toml").read_text(encoding="utf-8").partition("[[test]]")[0]
    assert "at_least = 10" in text
    (folder / "snow.toml").write_text(text.replace("at_least = 10", f"at_least = {cm}"), encoding="utf-8")
    return folder


def test_a_season_of_a_file_by_two_thresholds(told: Any, tmp_path: Path) -> None:
    """9.6 cm fall in twelve hours: at 8 cm the plows are thought of, and by the measure of 10 cm it was false."""
    file = snow(tmp_path, start=NOW - timedelta(days=365 * 9))
    arguments = ["2017-11-22", "2017-11-25", "--records", str(file), "--step", "PT30M", "--kind", "snow_depth"]
    eight, ten = rules(tmp_path, "eight", 8), rules(tmp_path, "ten", 10)
    code, lines, errors = told(*arguments, "--rules", str(ten), "--against", str(eight), "--summary")
    assert code == 0 and errors == []
    sums = {line["set"]: line for line in lines if line["line"] == "summary" and line.get("rule") == "snow-plowing"}
    assert (sums["rules"]["alerts"], sums["rules"]["false_alarms"]) == (0, 0)
    assert (sums["against"]["alerts"], sums["against"]["false_alarms"]) == (1, 1)
    assert not (tmp_path / "hub").exists(), "the hub's store is not touched, nor made"


def test_a_file_with_faults_is_refused_with_its_lines(told: Any, tmp_path: Path) -> None:
    file = tmp_path / "bad.ndjson"
    good = {"station": "33431", "quantity": "snow_depth", "value": 3, "unit": "cm", "measured_at": "2026-01-01T06:00"}
    wrong = [{"station": "nowhere"}, {"value": "deep"}, {"unit": "kg"}, {"measured_at": "once"}, {"quantity": "mood"}]
    rows = [json.dumps(good), "{", *(json.dumps({**good, **one}) for one in wrong)]
    file.write_text("\n".join(rows), encoding="utf-8")
    code, _, (error,) = told("2026-01-01", "2026-01-02", "--records", str(file))
    assert code == 1 and error["error"] == "bad_records"
    for said in (
        "line 2: no station",
        "line 3: station 'nowhere'",
        "line 4: value 'deep'",
        "line 5: 'kg'",
        "line 6: 'once'",
    ):
        assert said in error["message"]
    assert "line 7: 'mood'" in error["message"] and "line 1" not in error["message"]
    csv = tmp_path / "bad.csv"
    csv.write_text("station,value\n33431,1\n", encoding="utf-8")
    assert "no column quantity" in told("2026-01-01", "2026-01-02", "--records", str(csv))[2][0]["message"]
