"""Every compose file and the Dockerfile, as far as they can be judged without an engine to build and run them.

Docker itself is not here: no image was built and no container started by these tests (docs/security.md says so). The
commands that the containers run are run by other tests, from the same code and the same wheel of the broker.
"""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.settings import load
from tests.house.test_floors import ROOT

FILES = sorted([*ROOT.glob("docker-compose*.yml"), *ROOT.glob("compose*.yml")])
WHOLE = {file.name: yaml.safe_load(file.read_text(encoding="utf-8")) for file in FILES}
SERVICES = [(file, name, one) for file, whole in WHOLE.items() for name, one in whole["services"].items()]
IDS = [f"{file}:{name}" for file, name, _ in SERVICES]
LINES = [
    line for line in re.sub(r"\\\n", " ", (ROOT / "Dockerfile").read_text(encoding="utf-8")).splitlines()
    if line.strip() and not line.startswith("#")
]  # fmt: skip
# Of the compose specification, what is used here, and the shape that each must have.
KEYS: dict[str, type | tuple[type, ...]] = {
    "image": str, "build": (str, dict), "command": list, "entrypoint": list, "environment": dict, "ports": list,
    "volumes": list, "depends_on": dict, "healthcheck": dict, "restart": str, "read_only": bool, "cap_drop": list,
    "cap_add": list, "security_opt": list, "tmpfs": list, "profiles": list, "stop_grace_period": str, "user": str,
    "networks": (list, dict), "hostname": str, "secrets": list, "configs": list, "ulimits": dict, "init": bool,
    "deploy": dict, "expose": list, "mem_limit": str, "pids_limit": int, "extends": dict, "scale": int,
    "container_name": str, "labels": dict, "logging": dict, "stop_signal": str, "working_dir": str, "env_file": list,
}  # fmt: skip
ONCE = {"no"}  # of `restart`: runs to its end


@pytest.mark.parametrize(("file", "name", "one"), SERVICES, ids=IDS)
def test_every_key_is_one_of_the_specification_in_its_shape(file: str, name: str, one: dict[str, Any]) -> None:
    assert {key for key in one if key not in KEYS} == set(), (
        "a word that compose would refuse, or that KEYS should know"
    )
    assert [key for key, value in one.items() if not isinstance(value, KEYS[key])] == []
    assert set(WHOLE[file]) - {key for key in WHOLE[file] if key.startswith("x-")} <= {
        "name", "services", "volumes", "networks", "secrets", "configs", "include",
    }  # fmt: skip
    if file == "docker-compose.yml":
        assert set(one.get("depends_on", {})) <= WHOLE[file]["services"].keys()
    conditions = {"service_healthy", "service_completed_successfully", "service_started"}
    assert all(need.get("condition") in conditions for need in one.get("depends_on", {}).values())


@pytest.mark.parametrize(("file", "name", "one"), SERVICES, ids=IDS)
def test_a_container_can_write_nothing_but_its_data_and_gain_nothing(file: str, name: str, one: dict[str, Any]) -> None:
    assert one["read_only"] is True and one["cap_drop"] == ["ALL"], "read-only, without capabilities"
    assert "no-new-privileges:true" in one["security_opt"]
    assert not {"privileged", "network_mode", "pid", "ipc", "devices"} & one.keys()
    assert one.get("user", "10001") not in {"root", "0", "0:0"}
    binds = [volume for volume in one.get("volumes", []) if volume.startswith(("/", "."))]
    assert [volume for volume in binds if not volume.endswith(":ro")] == [], "files of the machine are only read"
    assert not any("docker.sock" in volume for volume in binds)


@pytest.mark.parametrize(("file", "name", "one"), SERVICES, ids=IDS)
def test_who_stays_says_how_it_is(file: str, name: str, one: dict[str, Any]) -> None:
    check = one.get("healthcheck", {})
    if one.get("restart") in ONCE:
        assert check.get("disable") is True, "it ends: there is nothing to ask"
    else:
        assert not check.get("disable"), "somebody has to notice that it hangs"
        own = "test" in check and check["test"][0] == "CMD"
        assert own or (one["image"] == "shirase" and any(line.startswith("HEALTHCHECK") for line in LINES))


@pytest.mark.parametrize(("file", "name", "one"), SERVICES, ids=IDS)
def test_no_password_stands_there_and_what_is_open_to_others_is_encrypted(
    file: str, name: str, one: dict[str, Any]
) -> None:
    secret = re.compile(r"PASSWORD|SECRET|TOKEN|KEY", re.IGNORECASE)
    plain = {key for key in one.get("environment", {}) if secret.search(key) and not key.endswith("_FILE")}
    assert plain == set(), "secrets come from files"
    beyond = {port.rpartition(":")[2] for port in one.get("ports", []) if not port.startswith("127.0.0.1:")}
    assert beyond <= {"8883", "8443"}, "mqtts and https; all else on this machine alone"


@pytest.mark.parametrize(("file", "name", "one"), SERVICES, ids=IDS)
def test_images_are_those_that_were_chosen(file: str, name: str, one: dict[str, Any]) -> None:
    ours = one["image"] == "shirase"
    exact = re.fullmatch(r"[\w./-]+:\d+\.\d+[\w.-]*(@sha256:[0-9a-f]{64})?", one["image"])
    assert ours or exact, "an exact tag: another version is a change of this file, and is tested"
    assert not ours or one["build"] == "."


def test_every_image_of_others_is_named_where_it_says_what_was_not_looked_at() -> None:
    """A tag may be moved by whoever owns it, and only a registry knows what lies behind: nothing here checks that."""
    others = {one["image"] for _, _, one in SERVICES if one["image"] != "shirase"}
    others |= {line.split()[1] for line in LINES if line.startswith("FROM")}
    told = (ROOT / "docs/security.md").read_text(encoding="utf-8")
    assert sorted(one for one in others if f"`{one}`" not in told) == []
    assert len({one.partition(":")[0] for one in others}) == len(others), "one version of each, in every file"


def test_the_dockerfile_builds_from_what_is_locked_and_runs_as_nobody() -> None:
    words = {line.split()[0] for line in LINES if not line.startswith(" ")}
    assert words <= {"FROM", "WORKDIR", "COPY", "RUN", "ENV", "USER", "VOLUME", "EXPOSE", "HEALTHCHECK", "CMD"}
    images = [line.split()[1] for line in LINES if line.startswith("FROM")]
    assert len(set(images)) == 1 and all(re.fullmatch(r"python:3\.11\.\d+-slim-bookworm", one) for one in images)
    runs = " ".join(line for line in LINES if line.startswith("RUN"))
    assert "--require-hashes -r requirements.lock" in runs and not re.search(r"apt-get|curl|wget|sudo|chmod 777", runs)
    pips = re.findall(r"pip (?:install|wheel) [^&]*", runs)
    assert len(pips) == 3 and all("--no-cache-dir" in one for one in pips)
    last = max(number for number, line in enumerate(LINES) if line.startswith("FROM"))
    users = [line.split()[1] for line in LINES[last:] if line.startswith("USER")]
    assert users == ["10001"] and f"--uid {users[0]}" in runs, (
        "by number, so that an orchestrator sees that it is not root"
    )
    after = LINES[[line.startswith("USER") for line in LINES].index(True) :]
    assert not any(line.startswith(("RUN", "COPY", "ADD")) for line in after)
    assert json.loads(LINES[-1].removeprefix("CMD "))[0] == "shirase"
    assert not re.search(r"(ENV|ARG)[^\n]*(PASSWORD|SECRET|TOKEN)", "\n".join(LINES))


def test_the_builder_gets_what_is_copied_and_nothing_else() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    let_in = {line[1:] for line in ignored if line.startswith("!")}
    copied = {
        word for line in LINES if line.startswith("COPY") and "--from" not in line for word in line.split()[1:-1]
    }  # fmt: skip
    assert "*" in ignored and let_in == copied and all((ROOT / one).exists() for one in copied)


def test_every_file_that_the_containers_are_told_of_is_one_that_settings_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Paths below /etc/shirase in config/container and in the compose files; and the same words are in the heading."""
    tables = {file.name: file.read_text(encoding="utf-8") for file in (ROOT / "config/container").glob("*.toml")}
    named = {path for text in tables.values() for path in re.findall(r"/etc/shirase/([\w./-]+)", text)}
    (tmp_path / "tls").mkdir()
    for path in named:
        (tmp_path / path).write_text("a-secret-of-this-test\n")
    monkeypatch.setenv("SHIRASE_PROFILE", str(ROOT / "config/morioka"))
    monkeypatch.delenv("SHIRASE_SETTINGS", raising=False)
    for name, text in tables.items():
        tomllib.loads(text)
        (tmp_path / name).write_text(text.replace("/etc/shirase", str(tmp_path)), encoding="utf-8")
    web = load([tmp_path / "compose.toml", tmp_path / "tls.toml"]).web
    assert web.secure and web.behind is None and web.host == "0.0.0.0" and web.certificate == tmp_path / "tls/web.pem"
    for file, whole in WHOLE.items():
        heading = "".join(line for line in (ROOT / file).read_text("utf-8").splitlines(True) if line.startswith("#"))
        used = set(re.findall(r"/etc/shirase/([\w./-]+)", json.dumps(whole)))
        assert used - named <= {"settings.toml"}, "a file that no settings name"
        if file == "docker-compose.yml":
            assert [path for path in named | used if path.rpartition("/")[2] not in heading] == [], (
                "say it in the heading"
            )
    settings = [one.get("environment", {}).get("SHIRASE_SETTINGS", "") for _, _, one in SERVICES]
    told = {Path(path).name for one in settings for path in one.split(":") if path.startswith("/usr/share/shirase")}
    assert {"compose.toml", "tls.toml"} <= told <= tables.keys()
