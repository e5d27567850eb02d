"""``shirase selftest`` on a profile's channels: a line for each, and the exit code tells."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from services.cli import run
from tests.conftest import plain_logs
from tests.fakes.webhook import FakePartner


@pytest.fixture(autouse=True)
def _log_of_its_own() -> Iterator[None]:
    """The command lets the log go to this test's stderr, which is gone afterwards."""
    yield
    structlog.reset_defaults()
    plain_logs()


def written(folder: Path, url: str, secret: str) -> str:
    file = folder / "own.toml"
    file.write_text(f'[channels.log]\n[channels.webhook]\nurl = "{url}"\nsecret = "{secret}"\n', encoding="utf-8")
    return str(file)


def test_nobody_there_is_told_on_its_line_and_by_the_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHIRASE_PROFILE", "config/morioka")
    monkeypatch.setenv("SHIRASE_DATA_DIR", str(tmp_path / "data"))
    settings = written(tmp_path, "http://127.0.0.1:9/hook", FakePartner().secret)
    assert run(["selftest", "--settings", settings, "--channel", "log", "--channel", "webhook"]) == 1
    lines = {one["channel"]: one for one in map(json.loads, capsys.readouterr().out.splitlines())}
    assert lines["log"]["result"] == "proven" and lines["log"]["proven"]
    assert lines["webhook"]["result"] == "failed" and "no connection" in lines["webhook"]["fault"]
    assert run(["selftest", "--settings", settings, "--channel", "line"]) == 2
