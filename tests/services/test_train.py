"""``shirase train river`` as a person runs it, on a real store: too little, better, worse; and nothing of a drill."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select

from feeds.records import Reading
from feeds.status import Status
from geo.river.levels import Levels
from geo.river.model_file import told
from services.cli import run
from services.promotion import promote
from services.river_model import read_file
from services.river_past import past
from services.store import records
from services.store.engine import Store
from services.store.tables import chronology
from tests.geo.making import gauge
from tests.geo.river.making import bold_trees, small_model, two_gauges

PAST = two_gauges(weeks=4, extra_days=3)
CITY = {"up": gauge("up"), "down": gauge("down", upstream=("up",))}
STATIONS = """
[[station]]
code = "up"
name = "上流"
river = "r"
lon = 141.1
lat = 39.7
quantities = ["water_level"]
thresholds = { caution = 2.0 }
[[station]]
code = "down"
name = "下流"
river = "r"
lon = 141.1
lat = 39.7
quantities = ["water_level"]
thresholds = { caution = 2.0 }
upstream = ["up"]
"""


def readings(levels: Levels, status: Status = Status.ACTUAL) -> list[Reading]:
    return [
        Reading(
            gateway="gw1",
            station=one.code,
            quantity="water_level",
            value=round(float(level), 3),
            unit="m",
            measured_at=levels.time(row),
            status=status,
        )
        for column, one in enumerate(levels.gauges)
        for row, level in enumerate(levels.values[:, column])
    ]


async def keep(store: Store, some: list[Reading]) -> None:
    async with store.write() as connection:
        await records.save(connection, some, some[-1].measured_at)


class Hub:
    """A profile with two gauges, and a store of its own."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self._capsys = folder, capsys
        self.file = folder / "var" / "models" / "river.json"

    async def open(self) -> Store:
        (self.folder / "var").mkdir(exist_ok=True)
        return await Store.open(f"sqlite:///{self.folder / 'var' / 'shirase.db'}")

    def train(self, *arguments: str) -> tuple[int, list[dict[str, Any]], str]:
        with bold_trees():
            code = run(["train", "river", *arguments])
        out, err = self._capsys.readouterr()
        return code, [json.loads(line) for line in out.splitlines()], err


@pytest.fixture
def hub(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    profile = tmp_path / "city"
    morioka = Path(__file__).parents[2] / "config" / "morioka"
    profile.mkdir()
    for name in ("city.geojson", "districts.geojson", "profile.toml"):
        (profile / name).write_bytes((morioka / name).read_bytes())
    (profile / "stations.toml").write_text(STATIONS, encoding="utf-8")
    monkeypatch.setenv("SHIRASE_PROFILE", str(profile))
    monkeypatch.setenv("SHIRASE_DATA_DIR", str(tmp_path / "var"))
    yield Hub(tmp_path, capsys)


async def test_the_past_is_what_was_measured_for_real_and_checked(store: Store) -> None:
    short = PAST.between(0, 30 * 144)  # over the seam between two readings of the store
    spike = replace(readings(short)[200], measured_at=short.time(200) + timedelta(minutes=5), value=9.0)
    drill = [replace(one, status=Status.EXERCISE, value=7.0, gateway="drill") for one in readings(short.between(0, 9))]
    await keep(store, [*readings(short), spike, *drill])
    async with store.read() as connection:
        whole = await past(connection, CITY, None, short.time(len(short.values)))
        part = await past(connection, CITY, short.time(144), short.time(288))
        nothing = await past(connection, {"other": gauge("other")}, None, short.time(0))
    assert whole is not None and part is not None and nothing is None
    assert whole.begin == short.begin and [one.code for one in whole.gauges] == ["up", "down"]
    assert np.allclose(whole.values, short.values, atol=0.0006) and whole.values.shape == short.values.shape
    assert np.array_equal(part.values, whole.values[144:289])


async def told_of(store: Store) -> list[str]:
    async with store.read() as connection:
        return list(await connection.scalars(select(chronology.c.text)))


def test_learned_promoted_and_never_replaced_by_what_is_worse(hub: Hub) -> None:
    code, lines, err = hub.train()
    assert (code, lines) == (1, []) and "no level of any river gauge" in json.loads(err)["message"]

    async def fill() -> None:
        store = await hub.open()
        await keep(store, readings(PAST))
        await store.close()

    asyncio.run(fill())
    half = (PAST.begin + timedelta(days=14)).isoformat()
    code, lines, err = hub.train("--until", half)
    assert (code, lines) == (1, []) and "up: 336 hours" in json.loads(err)["message"] and not hub.file.exists()

    code, (lead, verdict), err = hub.train()
    assert (code, err) == (0, "") and lead["lead_h"] == 3
    assert lead["candidate"]["crps_m"] < lead["extrapolation"]["crps_m"] < lead["persistence"]["crps_m"]
    assert verdict["promoted"] and verdict["against"] == "extrapolation" and verdict["file"] == str(hub.file)
    model = read_file(hub.file)
    assert model.provenance is not None and model.provenance.stations == ("up", "down")
    assert model.provenance.until == PAST.time(len(PAST.values) - 1)

    code, lines, err = hub.train()
    assert (code, lines) == (1, []) and "until when the model in use has learned" in json.loads(err)["message"]

    # As if it had been learned from the first week: nothing learned without the others is as good on them.
    known = replace(model.provenance, until=PAST.begin + timedelta(days=7))
    hub.file.write_text(told(replace(model, provenance=known)))
    code, lines, err = hub.train()
    assert code == 1 and json.loads(err)["error"] == "worse"
    assert (lines[-1]["promoted"], lines[-1]["against"]) == (False, "in_use")
    assert read_file(hub.file).provenance == known, "what is in use stays in use"

    async def after() -> list[str]:
        store = await hub.open()
        lines = await told_of(store)
        await store.close()
        return lines

    (line,) = asyncio.run(after())
    assert "河川の予測モデルを新しくした" in line and "今の変化の外挿に対する誤差" in line


def test_a_promotion_keeps_what_was_before(tmp_path: Path) -> None:
    file, model = tmp_path / "models" / "river.json", small_model()
    promote(model, file)
    assert read_file(file).normals == model.normals and [one.name for one in file.parent.iterdir()] == ["river.json"]
    before = file.read_text()
    promote(replace(model, normals={}), file)
    assert read_file(file).normals == {} and file.with_suffix(".previous.json").read_text() == before
    assert len([*file.parent.iterdir()]) == 2


def test_a_broken_file_counts_for_nothing_and_a_time_that_is_none_is_wrong_usage(hub: Hub) -> None:
    hub.file.parent.mkdir(parents=True)
    hub.file.write_text("{")
    code, _, err = hub.train()
    assert code == 1 and "no level of any river gauge" in err
    with pytest.raises(SystemExit) as ended:
        run(["train", "river", "--from", "yesterday"])
    assert ended.value.code == 2
