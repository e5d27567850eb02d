"""docker-compose.cluster.yml and docker-compose.mosquitto.yml: the same hub, with commands and settings that hold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from services.broker.cluster import checked
from services.cli import run as shirase
from services.configuration.gateways import Door
from services.line import SERVICES
from services.settings import Settings, load

ROOT = Path(__file__).parents[2]
VARIANTS = ("docker-compose.cluster.yml", "docker-compose.mosquitto.yml")


def services(file: str) -> dict[str, dict[str, Any]]:
    return dict(yaml.safe_load((ROOT / file).read_text(encoding="utf-8"))["services"])


CLUSTER = services("docker-compose.cluster.yml")
NODES = sorted(name for name, one in CLUSTER.items() if one.get("command", [""])[0] == "nats-server")


@pytest.fixture
def inside(tmp_path: Path) -> Settings:
    """The settings of the cluster as they are inside."""
    for name in ("database-password", "broker-password"):
        (tmp_path / name).write_text(f"the-{name}\n")
    files = []
    for name in ("compose.toml", "cluster.toml"):
        text = (ROOT / "config/container" / name).read_text(encoding="utf-8")
        files.append(tmp_path / name)
        files[-1].write_text(text.replace("/etc/shirase", str(tmp_path)))
    return load(files, {"SHIRASE_PROFILE": str(ROOT / "config/morioka")})


@pytest.mark.parametrize("file", VARIANTS)
def test_every_service_runs_and_the_parts_that_are_alike_are_the_same(file: str) -> None:
    single, own = services("docker-compose.yml"), services(file)
    assert own["database"] == single["database"] and own["admin"]["command"] == single["admin"]["command"]
    assert {name: own[name]["command"] for name in SERVICES} == {name: single[name]["command"] for name in SERVICES}
    for name, one in own.items():
        fixed = one["image"] == "shirase" or ":" in one["image"]
        assert fixed and not one["image"].endswith(":latest"), f"{name}: an image has its version"
        assert name == "database" or (one["read_only"] and one["cap_drop"] == ["ALL"]), name


@pytest.mark.parametrize("file", VARIANTS)
def test_what_rights_writes_is_what_the_brokers_read(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    own = services(file)
    words = own["rights"]["command"]
    with pytest.raises(SystemExit) as ended:
        shirase([*words[1:], "--help"])
    assert ended.value.code == 0
    hosts = words[words.index("--cluster") + 1].split(",") if "--cluster" in words else []
    written = {f"{words[3]}/{host}/nats-server.conf" for host in hosts} or {f"{words[3]}/mosquitto.conf"}
    brokers = [one["command"] for one in own.values() if one.get("command", [""])[0] in {"nats-server", "mosquitto"}]
    assert {command[-1] for command in brokers} == written


def test_the_settings_name_every_node(inside: Settings) -> None:
    city = inside.broker
    assert city is not None and city.door is Door.JETSTREAM and inside.predict.by_catchment
    assert {city.host, *(one.partition(":")[0] for one in city.nodes)} == set(NODES)
    nodes = checked(NODES)
    assert city.nats == [f"{one.host}:{one.clients}" for one in nodes]
    assert {one.partition(":")[2] for one in city.nodes} == {str(city.port)}


def test_what_shares_work_has_more_than_one(inside: Settings) -> None:
    several = {name for name, one in CLUSTER.items() if one.get("deploy", {}).get("replicas", 1) > 1}
    assert {"ingest", "predict", "deliver"} <= several and "web" not in several
    volumes = [volume.partition(":") for name in NODES for volume in CLUSTER[name]["volumes"]]
    assert sorted(name for name, _, where in volumes if where == "/var/lib/nats") == NODES, "each node keeps its own"
    assert "/var/lib/nats" in (ROOT / "Dockerfile").read_text(encoding="utf-8"), "and may write there"
