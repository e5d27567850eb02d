"""docker-compose.yml describes the hub as it is: every service once, with commands and settings that hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.cli import COMMANDS
from services.cli import run as shirase
from services.line import SERVICES
from services.settings import load
from services.store.engine import parse

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
OWN = {name: one for name, one in COMPOSE["services"].items() if one["image"] == "shirase"}


@pytest.fixture
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """/etc/shirase and /usr/share/shirase as they are inside, somewhere else."""
    for name in ("database-password", "broker-password"):
        (tmp_path / name).write_text(f"the-{name}\n")
    (tmp_path / "settings.toml").write_text('[web]\nhttps = true\nbase_url = "https://shirase.example.jp"\n')
    text = (ROOT / "config/container/compose.toml").read_text(encoding="utf-8")
    (tmp_path / "compose.toml").write_text(text.replace("/etc/shirase", str(tmp_path)))
    monkeypatch.setenv("SHIRASE_PROFILE", str(ROOT / "config/morioka"))
    monkeypatch.setenv("SHIRASE_SETTINGS", f"{tmp_path / 'compose.toml'}:{tmp_path / 'settings.toml'}")
    return tmp_path


def test_each_service_has_a_container_that_runs_it_and_nothing_else() -> None:
    serving = {name: one["command"][2:] for name, one in OWN.items() if one["command"][:2] == ["shirase", "serve"]}
    assert serving.pop("edge") == ["web"], "the pages again, over TLS"
    assert serving == {name: [name] for name in SERVICES}


def test_every_command_exists_and_takes_these_words(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("rights", "admin"):
        words = [*OWN[name].get("entrypoint", []), *OWN[name]["command"]]
        assert words[0] == "shirase" and words[1] in COMMANDS
        with pytest.raises(SystemExit) as ended:
            shirase([*words[1:], "--help"])
        assert ended.value.code == 0
    told = json.loads(json.dumps(OWN["rights"]["command"]))
    assert f"{told[3]}/nats-server.conf" == OWN["broker"]["command"][-1], "the broker reads what rights writes"


def test_the_settings_inside_fit_what_the_file_describes(inside: Path) -> None:
    settings = load()
    database = parse(settings.database_url)
    assert (database.host, database.password, database.username) == ("database", "the-database-password", "shirase")
    assert settings.broker and settings.broker.host in COMPOSE["services"]
    assert (settings.broker.username, settings.broker.ca) == ("hub", inside / "tls" / "ca.pem")
    assert str(settings.broker.port) == COMPOSE["services"]["broker"]["ports"][0].split(":")[0]
    assert settings.web.host == "0.0.0.0" and settings.web.https
    assert f"127.0.0.1:{settings.web.port}:{settings.web.port}" in OWN["web"]["ports"]
    postgres = COMPOSE["services"]["database"]["environment"]
    assert (postgres["POSTGRES_USER"], postgres["POSTGRES_DB"]) == (database.username, database.database)


def test_nothing_has_more_rights_than_it_needs() -> None:
    for name, one in OWN.items():
        assert one["read_only"] and one["cap_drop"] == ["ALL"], name
    published = {port for one in COMPOSE["services"].values() for port in one.get("ports", [])}
    assert published == {"127.0.0.1:8080:8080", "8883:8883", "443:8443"}


def test_the_image_holds_what_the_containers_name() -> None:
    image = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert "COPY config/container /usr/share/shirase" in image
    for path in COMPOSE["x-hub"]["environment"]["SHIRASE_SETTINGS"].split(":")[:1]:
        assert (ROOT / "config/container" / Path(path).name).exists()
    assert load([ROOT / "config/container/one.toml"], {"SHIRASE_PROFILE": str(ROOT / "config/morioka")}).web.host
