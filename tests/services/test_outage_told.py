"""The report of an outage at the desk and on the command line, until a person has read it."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest

from feeds.status import Status
from services.cli import run
from services.store import alerts, outages, outbox
from services.store.engine import Store
from services.store.tables import outbox as rows
from services.store.users import Role
from tests.services.making import NOW, alert, payload
from tests.services.web_floor import floor

BEGAN = NOW - timedelta(hours=2)


async def fallen(store: Store) -> None:
    """An outage of two hours: one sent 90 minutes late, one that ran out."""
    async with store.write() as connection:
        for series in ("late", "gone"):
            one = alert(series=series, channels=("x",))
            await alerts.add_draft(connection, one, {"x": payload()}, BEGAN)
            await alerts.mark_issued(connection, one, BEGAN)
            await outbox.add(connection, one, {"x": payload()}, BEGAN, BEGAN)
        late = rows.update().where(rows.c.series == "late")
        await connection.execute(late.values(state="accepted", finished_at=BEGAN + timedelta(minutes=90)))
        gone = rows.update().where(rows.c.series == "gone")
        await connection.execute(gone.values(state="expired", finished_at=NOW, reason="送る前に期限が切れた"))
        number = await outages.begin(connection, "x", Status.EXERCISE, BEGAN, BEGAN)
        await outages.close(connection, number, NOW, NOW)


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
async def test_staff_read_what_never_went_out_and_one_of_them_signs(store: Store) -> None:
    await fallen(store)
    async with floor(store) as running:
        viewer, officer = await running.person(Role.VIEWER), await running.person(Role.OPERATOR)
        assert (await (await running.visitor()).get("/api/v1/outages"))[0] == 401
        (told,) = (await viewer.get("/api/v1/outages"))[1]["items"]
        assert told["counts"] == {"expired": 1, "late": 1}
        assert [(item["fate"], item["late_minutes"]) for item in told["items"]] == [("expired", None), ("late", 90)]
        assert "期限切れで送らなかった 1件、遅れて送った 1件（最大90分）" in told["summary"]
        assert (await viewer.post("/api/v1/outages/seen", {"id": told["id"]}))[0] == 403
        assert (await officer.post("/api/v1/outages/seen", {"id": "1"}))[0] == 400
        assert (await officer.post("/api/v1/outages/seen", {"id": told["id"]}))[0] == 200
        assert (await officer.post("/api/v1/outages/seen", {"id": told["id"]}))[0] == 409
        assert (await viewer.get("/api/v1/outages"))[1]["items"] == []
        (kept,) = (await viewer.get("/api/v1/outages?since=2026-11-20T00:00:00%2B09:00"))[1]["items"]
        assert kept["seen_by"] == "the-operator"
        for wrong in ("yesterday", "9999-12-31T23:59:59-12:00"):
            assert (await viewer.get(f"/api/v1/outages?since={wrong}"))[0] == 400


def test_the_command_line_tells_it_without_a_hub(
    tmp_path: Path, migrated: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "shirase.db").write_bytes(migrated.read_bytes())

    async def prepare() -> None:
        store = await Store.open(f"sqlite:///{tmp_path / 'shirase.db'}")
        await fallen(store)
        await store.close()

    asyncio.run(prepare())
    monkeypatch.setenv("SHIRASE_DATA_DIR", str(tmp_path))
    assert run(["outage"]) == 1, "somebody still has to read it"
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["counts"] == {"expired": 1, "late": 1}
    assert run(["outage", "--since", "2027-01-01T00:00:00+09:00"]) == 0
    with pytest.raises(SystemExit):
        run(["outage", "--since", "2027-01-01"])
