"""docs/first-hub.md does what it says: its own blocks, read out of the page, make a hub that tells.

The short form has the shell write the page's files, and runs the hub inside this process. ``make drill`` runs every
block as it stands (first_hub.py).
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from rules.rule import load_rules
from rules.trial import try_rule
from services.app import Hub
from services.cli import run
from services.settings import load
from tests.e2e.first_hub import PAGE, blocks, free_port, shell

pytestmark = pytest.mark.one_engine

# Commands that the short form leaves to the test itself.
LATER = "make() { :; }\nshirase() { :; }\npython() { :; }\n"


def environment(hub: Path) -> Mapping[str, str]:
    named = {"SHIRASE_PROFILE": "city", "SHIRASE_DATA_DIR": "var", "SHIRASE_SETTINGS": "site.toml"}
    return {name: str(hub / place) for name, place in named.items()} | {"SHIRASE_PORT": "0"}


async def started(*command: str, out: Path) -> asyncio.subprocess.Process:
    with out.open("wb") as into:
        return await asyncio.create_subprocess_exec(sys.executable, *command, stdout=into)


async def test_the_files_of_the_page_make_a_hub_that_tells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    port = free_port()
    written = shell(LATER + blocks(PAGE.partition("## 5.")[0]), tmp_path, port, 8080)
    assert written.stderr == ""
    gateway = re.search(r"gateway.py\" <<'END'\n(.*?)^END$", PAGE, re.DOTALL | re.MULTILINE)
    assert gateway
    (tmp_path / "gateway.py").write_text(gateway[1], encoding="utf-8")

    (rule,) = load_rules([tmp_path / "city" / "rules"])
    assert [result.faults for result in try_rule(rule)] == [()]

    for name, value in environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    assert await asyncio.to_thread(run, ["gateways", "add", "roofs"]) == 0
    *_, told = capsys.readouterr().out.splitlines()  # what is logged of the new tables stands there, too
    (tmp_path / "secrets" / "roofs.json").write_text(told, encoding="utf-8")
    partner = await started(str(tmp_path / "partner.py"), str(port), out=tmp_path / "partner.out")
    try:
        async with Hub.running(load()), asyncio.timeout(60):
            sending = await started(str(tmp_path / "gateway.py"), str(tmp_path), out=tmp_path / "gateway.out")
            assert await sending.wait() == 0
            while not (told := (tmp_path / "partner.out").read_text(encoding="utf-8")):
                await asyncio.sleep(0.1)
    finally:
        partner.terminate()
        await partner.wait()
    assert (tmp_path / "gateway.out").read_text(encoding="utf-8") == "", "nothing was refused"
    kind, status, body = told.split(" ", 2)
    assert (kind, status) == ("alert.alert", "Actual")
    assert [area["code"] for area in json.loads(body)["areas"]] == ["east"]
