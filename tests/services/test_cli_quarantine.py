"""``shirase quarantine`` on a store of its own."""

from __future__ import annotations

import asyncio
import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from feeds.instant import iso_utc
from feeds.records import Message, Rejected
from services.cli import run
from services.store import packs, quarantine
from services.store.engine import Store
from services.store.tables import chronology
from tests.services.making import NOW

GOOD = b'{"v":1,"value":2.5,"unit":"m","time":"2026-11-20T08:59:00Z"}'
TOPIC = "hub/v1/gw1/tatesakabashi/water_level"


@pytest.fixture
def filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with one refusal that can be read by now and one that cannot."""
    monkeypatch.setenv("SHIRASE_DATA_DIR", str(tmp_path))
    asyncio.run(_fill(tmp_path))
    return tmp_path


async def _fill(folder: Path) -> None:
    store = await Store.open(f"sqlite:///{folder / 'shirase.db'}")
    async with store.write() as connection:
        for code, payload in (("decoder_failed", GOOD), ("bad_json", b'{"v":')):
            message = Message(topic=TOPIC, payload=payload, received_at=NOW, gateway="gw1")
            await quarantine.keep(connection, message, Rejected(code=code, message="why", at="/"))
    await store.close()


async def _who(folder: Path) -> list[str]:
    store = await Store.open(f"sqlite:///{folder / 'shirase.db'}")
    async with store.read() as connection:
        found = list(await connection.scalars(chronology.select().with_only_columns(chronology.c.who)))
    await store.close()
    return found


def lines(capsys: pytest.CaptureFixture[str]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    out, err = capsys.readouterr()
    return [json.loads(line) for line in out.splitlines()], [json.loads(line) for line in err.splitlines()]


def test_list_and_show(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["quarantine", "list"]) == 0
    told, _ = lines(capsys)
    assert [(one["id"], one["code"], one["bytes"]) for one in told] == [(2, "bad_json", 5), (1, "decoder_failed", 60)]
    assert run(["quarantine", "list", "--code", "bad_json", "--gateway", "gw1", "--limit", "1"]) == 0
    assert [one["id"] for one in lines(capsys)[0]] == [2]
    assert run(["quarantine", "show", "2"]) == 0
    ((shown,), _) = lines(capsys)
    assert (shown["hex"], shown["text"]) == ("7b 22 76 22 3a", '{"v":')
    assert shown["now"]["rejected"][0]["error"] == "bad_json"
    assert run(["quarantine", "show", "77"]) == 1
    assert lines(capsys)[1][0]["error"] == "not_found"


def test_retry_by_number(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["quarantine", "retry", "1", "2"]) == 1
    out, err = lines(capsys)
    assert out == [{"id": 1, "new": 1}]
    assert [(one["id"], one["error"]) for one in err] == [(2, "still_refused")]
    assert asyncio.run(_who(filled)) == ["shirase quarantine"]
    assert run(["quarantine", "retry", "1"]) == 1
    assert lines(capsys)[1][0]["error"] == "not_found"


def test_retry_by_filter(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["quarantine", "retry", "--code", "decoder_failed"]) == 0
    assert lines(capsys)[0] == [{"read": 1, "new": 1, "still_refused": {}}]
    assert run(["quarantine", "retry", "--all"]) == 1
    assert lines(capsys)[0] == [{"read": 0, "new": 0, "still_refused": {"bad_json": 1}}]


@pytest.mark.parametrize("words", [["retry"], ["retry", "1", "--code", "x"], ["retry", "1", "--all"]])
def test_nothing_is_retried_by_mistake(filled: Path, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["quarantine", *words]) == 2
    assert lines(capsys)[1][0]["error"] == "usage"


@pytest.mark.parametrize("number", ["0", "-1", "x", "1.5", "9" * 30])
def test_a_number_is_a_number(filled: Path, number: str) -> None:
    with pytest.raises(SystemExit) as wrong:
        run(["quarantine", "show", number])
    assert wrong.value.code == 2


def test_a_flood_is_discarded_by_the_name_of_its_gateway(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asyncio.run(_flood(filled))
    assert run(["quarantine", "show", "3"]) == 0
    ((shown,), _) = lines(capsys)
    assert (shown["code"], shown["times"], shown["now"]["readable"]) == ("over_allowance", 1, True)
    assert json.loads(shown["text"])["text"] == GOOD.decode()
    assert run(["quarantine", "discard", "gw1"]) == 0
    assert lines(capsys)[0] == [{"gateway": "gw1", "discarded": 1}]
    assert run(["quarantine", "discard", "gw1"]) == 1
    assert lines(capsys)[1][0]["error"] == "not_found"
    assert asyncio.run(_who(filled)) == ["shirase quarantine"]


async def _flood(folder: Path) -> None:
    store = await Store.open(f"sqlite:///{folder / 'shirase.db'}")
    line = json.dumps({"topic": TOPIC, "received_at": iso_utc(NOW), "text": GOOD.decode()}).encode()
    message = Message(topic=TOPIC, payload=gzip.compress(line + b"\n"), received_at=NOW, gateway="gw1")
    async with store.write() as connection:
        await packs.keep(connection, message, Rejected(code=packs.KEPT, message="why", at="rate"), 1, answered=True)
    await store.close()
