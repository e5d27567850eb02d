"""The systemd units of deploy/: right by systemd's own checker, hardened alike, and leading where the pages say."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from services.line import SERVICES
from tests.conftest import missing
from tests.house.test_floors import ROOT

UNITS = ROOT / "deploy" / "systemd"
SERVING = ("shirase.service", "shirase@.service")
MINIMAL = "shirase-minimal.service"
# What each unit must hold; what it gives up by that, systemd.exec(5) tells.
HARDENED = [
    "User=shirase", "Group=shirase", "NoNewPrivileges=yes", "CapabilityBoundingSet=", "ProtectSystem=strict",
    "ProtectHome=yes", "PrivateTmp=yes", "PrivateDevices=yes", "ProtectKernelTunables=yes", "ProtectControlGroups=yes",
    "RestrictNamespaces=yes", "UMask=0077", "SystemCallFilter=@system-service", "SystemCallArchitectures=native",
]  # fmt: skip


def lines(name: str) -> list[str]:
    text = (UNITS / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


@pytest.mark.parametrize("name", [*SERVING, MINIMAL, "shirase-backup.service"])
def test_a_unit_holds_what_the_others_hold(name: str) -> None:
    assert [one for one in HARDENED if one not in lines(name)] == []
    assert any(line.startswith("MemoryMax=") for line in lines(name))


@pytest.mark.parametrize("name", [*SERVING, MINIMAL])
def test_a_hub_is_started_again_for_ever_and_watched(name: str) -> None:
    assert {"Type=notify", "Restart=always", "StartLimitIntervalSec=0", "WatchdogSec=2min"} <= set(lines(name))


def test_the_two_ways_to_serve_differ_only_where_they_must() -> None:
    one, many = (set(lines(name)) for name in SERVING)
    keys = {line.partition("=")[0] for line in one ^ many}
    assert keys == {
        "Description", "Conflicts", "PartOf", "EnvironmentFile", "ExecStart", "MemoryHigh", "MemoryMax", "WantedBy",
    }  # fmt: skip


def test_without_its_store_it_takes_the_hubs_place_and_needs_nothing_of_what_may_be_lost() -> None:
    hub, boat = set(lines(SERVING[0])), set(lines(MINIMAL))
    keys = {line.partition("=")[0] for line in hub ^ boat}
    assert keys == {
        "Description", "Documentation", "After", "Conflicts", "ExecStart", "StateDirectory", "StateDirectoryMode",
        "ReadWritePaths", "[Install]", "WantedBy",
    }  # fmt: skip
    assert "Conflicts=shirase.service shirase.target" in boat
    after = " ".join(line for line in boat if line.startswith("After="))
    assert all(f"shirase@{name}.service" in after for name in SERVICES), "who stops for it is waited for"
    writes = {line for line in boat if line.startswith("ReadWritePaths=")}
    assert writes == {"ReadWritePaths=-/var/lib/shirase"}, "a path that is away keeps no unit with a dash from starting"
    page = (ROOT / "docs" / "continuity.md").read_text(encoding="utf-8")
    assert "ReadWritePaths=-/mnt/other/shirase" in page and "systemctl start shirase-minimal" in page


def test_the_units_and_the_image_keep_what_is_given_back_together() -> None:
    image = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert " MALLOC_ARENA_MAX=2 " in image
    assert all("Environment=MALLOC_ARENA_MAX=2" in lines(name) for name in SERVING)


def test_the_target_wants_every_service_of_the_hub() -> None:
    wanted = re.findall(r"shirase@(\w+)\.service", "\n".join(lines("shirase.target")))
    assert sorted(wanted) == sorted(SERVICES)


def test_the_folders_of_the_units_are_made_before_them() -> None:
    made = (ROOT / "deploy" / "tmpfiles.d" / "shirase.conf").read_text(encoding="utf-8")
    for folder in ("/etc/shirase ", "/etc/shirase/secrets ", "/var/backups/shirase "):
        assert f"\nd {folder}" in made
    environment = (ROOT / "deploy" / "env").read_text(encoding="utf-8")
    assert "SHIRASE_DATA_DIR=/var/lib/shirase\n" in environment and "StateDirectory=shirase" in lines(SERVING[0])
    assert not re.search(r"(?i)password|secret=|token", environment.replace("No secret stands here", ""))


def test_systemd_finds_nothing_wrong(tmp_path: Path) -> None:
    """With a program that is here in place of ours, which is installed elsewhere."""
    if not shutil.which("systemd-analyze"):
        missing("systemd-analyze is not installed")
    for unit in UNITS.iterdir():
        text = unit.read_text(encoding="utf-8").replace("/opt/shirase/bin/shirase", "/bin/true")
        (tmp_path / unit.name).write_text(text, encoding="utf-8")
    names = [unit.name.replace("@.", "@web.") for unit in sorted(UNITS.iterdir())]
    done = subprocess.run(
        ["systemd-analyze", "verify", *names],
        env={"SYSTEMD_UNIT_PATH": f"{tmp_path}:", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "")
