"""``shirase why``: the answer out of the store of a hub that may be down."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from feeds.status import Status
from services import cli
from services.store.engine import Store
from tests.services.making import NOW
from tests.services.test_evaluate import evaluating, seen, warning

ONE = warning(status=Status.ACTUAL)


def test_the_command_reads_the_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SHIRASE_DATA_DIR", str(tmp_path))

    async def fill() -> None:
        store = await Store.open(f"sqlite:///{tmp_path / 'shirase.db'}")
        await seen(store, ONE)
        await evaluating(store).step([Status.ACTUAL])
        await store.close()

    def why(*words: str) -> tuple[int, list[dict[str, object]], str]:
        code = cli.run(["why", *words])
        told = capsys.readouterr()
        return code, [json.loads(line) for line in told.out.splitlines()], told.err

    asyncio.run(fill())
    capsys.readouterr()  # what the evaluator logged
    at = ("--at", NOW.isoformat())
    code, (line,), _ = why(ONE.key, *at)
    assert (code, line["code"], line["rule"]) == (0, "sending", "official-warning")
    assert why(*at) == (0, [line], ""), "all that hold"
    assert why("--status", "Test") == (0, [], "")
    code, lines, error = why("Actual/none", ONE.key, *at)
    assert (code, lines) == (1, [line]) and json.loads(error)["error"] == "unknown_hazard"
    assert why(ONE.key, "--at", "tea time")[0] == 2
