"""``backtest --orders``: two cities' rules over the same depths of a file, orders, mornings and sums side by side."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from feeds.japan import JAPAN
from services import cli

pytestmark = pytest.mark.one_engine
HIROSAKI = str(Path(__file__).parents[3] / "config/orders/hirosaki.toml")
EVENING = datetime(2026, 12, 14, 12, tzinfo=JAPAN)


def depths(path: Path) -> Path:
    """Snow from two in the morning to six, twenty centimetres, at a gauge that speaks for three sections."""
    rows = ["station,quantity,value,unit,measured_at"]
    for hour in range(24):
        cm = 5 + 5 * min(4, max(0, hour - 13))
        rows.append(f"33431,snow_depth,{cm},cm,{(EVENING + timedelta(hours=hour)).isoformat()}")
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


def test_two_cities_side_by_side(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHIRASE_DATA_DIR", str(tmp_path))
    span = ["backtest", "2026-12-14T18:00", "2026-12-15T09:00", "--records", str(depths(tmp_path / "d.csv"))]
    assert cli.run([*span, "--orders", "morioka", "--orders", HIROSAKI]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (lines[0]["line"], lines[0]["rules"], lines[0]["by"]) == ("period", ["morioka", "hirosaki"], "07:00")
    assert lines[0]["forecasts"] == 0 and "no forecast" in lines[0]["note"]
    here, there = (line for line in lines if line["line"] == "summary")
    assert (here["orders"], here["miss"], here["late"]) == (3, 0, 3)
    assert here["machine_hours"] > 0 and here["unmeasured"] == 2, "the drawn network has roads in one of them"
    assert here["yen"] == round(here["machine_hours"] * 15_000)
    assert (there["orders"], there["miss"], there["machine_hours"]) == (0, 3, 0)
    orders = [line for line in lines if line["line"] == "order"]
    assert {(one["at"], one["have_cm"], one["reason"]) for one in orders} == {
        ("2026-12-14T18:00:00Z", 10.0, "new_snow")
    }
    assert cli.run([*span, "--orders", "nowhere.toml"]) == 2
    assert "nowhere.toml" in capsys.readouterr().err
