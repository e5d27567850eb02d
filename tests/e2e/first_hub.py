"""docs/first-hub.md as a newcomer follows it, for ``make drill``; the short form is test_first_hub.py."""

from __future__ import annotations

import os
import re
import socket
import subprocess
from pathlib import Path

from tests.house.test_floors import ROOT

PAGE = (ROOT / "docs" / "first-hub.md").read_text(encoding="utf-8")


def blocks(page: str) -> str:
    """What a newcomer copies, in order."""
    return "\n".join(re.findall(r"^```bash\n(.*?)^```$", page, re.DOTALL | re.MULTILINE))


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def shell(script: str, hub: Path, partner: int, pages: int) -> subprocess.CompletedProcess[str]:
    """The script in the clone's folder, on ports that are free."""
    for written, port in (("8080", pages), ("9000", partner)):
        assert written in script
        script = script.replace(written, str(port))
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SHIRASE_")}
    surroundings = clean | {"HUB": str(hub), "PYTHONPATH": str(ROOT)}
    command = ["/bin/bash", "-c", script]
    return subprocess.run(command, cwd=ROOT, env=surroundings, capture_output=True, text=True, timeout=170, check=False)


def test_every_block_of_the_page_as_it_stands(tmp_path: Path) -> None:
    """But for the first: a clone that runs its tests has been installed."""
    script = "set -e\n" + blocks(PAGE).replace("make install\n", "")
    done = shell(script, tmp_path, free_port(), free_port())
    assert done.returncode == 0, done.stdout + done.stderr
    assert "alert.alert Actual" in done.stdout and "暑さ指数が高くなっています" in done.stdout
    assert '"code": "told"' in done.stdout
