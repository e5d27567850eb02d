"""``shirase check``: the bundled profile is in order, faults are named, secrets are not."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from services.cli import run
from tests.feeds.cap.keys import pair


@pytest.fixture
def profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    copy = tmp_path / "profile"
    shutil.copytree("config/morioka", copy)
    monkeypatch.setenv("SHIRASE_PROFILE", str(copy))
    monkeypatch.setenv("SHIRASE_DATA_DIR", str(tmp_path / "var"))
    return copy


def test_the_bundled_profile_is_in_order(profile: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check"]) == 0
    parts = {one["part"]: one for one in map(json.loads, capsys.readouterr().out.splitlines())}
    assert {"settings", "areas", "stations", "rule river-level", "channel log"} <= set(parts)
    assert parts["layer demo_inundation"]["demonstration"] is True
    assert parts["volcanoes"]["codes"] == ["207", "208"]
    assert parts["rain after earthquakes"]["factors"]["5+"] == 0.8
    assert parts["network"]["segments"] > 50 and parts["network"]["statuses"] == ["Exercise", "Test"]
    assert parts["orders"]["in_force"] == "morioka" and parts["orders"]["without_gauge"] == ["plow-yabukawa"]
    assert "authorities" in parts["rule river-level"]["not_configured"]


def test_faults_of_order_rules_and_contractors_are_named(profile: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (profile / "profile.toml").open("a", encoding="utf-8") as file:
        file.write('\n[plow.contractors.kita]\nname = "北建設"\nsections = ["plow-chuo", "plow-cyuo"]\n')
    assert run(["check"]) == 0  # the hub starts with it
    parts = {one["part"]: one for one in map(json.loads, capsys.readouterr().out.splitlines())}
    assert parts["orders"]["unknown_sections"] == ["plow-cyuo"] and not parts["orders"]["ok"]
    rules = profile / "orders" / "morioka.toml"
    rules.write_text(
        rules.read_text(encoding="utf-8").replace("new_snow_cm = 10", "new_snow_cm = -1"), encoding="utf-8"
    )
    assert run(["check"]) == 1
    told = capsys.readouterr()
    assert "rule[0].new_snow_cm: found -1; allowed: a number 1 to 200" in told.out + told.err


def test_secrets_are_masked(profile: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site = tmp_path / "site.toml"
    site.write_text(
        '[channels.linkage]\nurl = "https://example.jp:8443/hush/T0?key=hush"\ntoken = "hush-hush"\n'
        '[channels.mastodon]\nurl = "https://mastodon.example"\ntoken = "hush-again"\n'
        '[[callout.chains]]\ngroups = ["g"]\n[callout.groups]\ng = ["a"]\n'
        '[callout.people.a]\nname = "甲"\nurls = ["slack://hush/hush/hush/"]\n[gateways.g]\npassword = "hush-too"\n',
        encoding="utf-8",
    )
    assert run(["check", "--settings", str(site)]) == 0
    told = capsys.readouterr().out
    assert "hush" not in told and '"https://example.jp:8443/…"' in told
    assert '"https://mastodon.example"' in told


def test_a_fault_of_the_road_network_is_named(profile: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fences = profile / "fences.geojson"
    fences.write_text(fences.read_text(encoding="utf-8").replace('"dump"', '"heap"'), encoding="utf-8")
    assert run(["check"]) == 1
    assert "kind 'heap' is not in depot, salt, dump" in json.loads(capsys.readouterr().err)["message"]


def signing(tmp_path: Path, key: str, certificate: str) -> list[str]:
    """The arguments that set this key and certificate, from files as a city does it."""
    (tmp_path / "cap.key").write_text(key)
    (tmp_path / "cap.pem").write_text(certificate)
    site = tmp_path / "signing.toml"
    site.write_text('[signing]\nkey = { file = "cap.key" }\ncertificate = { file = "cap.pem" }\n')
    return ["check", "--settings", str(site)]


def test_the_key_that_signs_is_told_by_its_certificate(
    profile: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key, certificate = pair()
    assert run(signing(tmp_path, key, certificate)) == 0
    out = capsys.readouterr().out
    (told,) = (one for one in map(json.loads, out.splitlines()) if one["part"] == "signing")
    assert (told["valid_until"], len(told["certificate"])) == ("2026-12-31T23:59:59Z", 95)
    assert key.splitlines()[1] not in out


def test_a_key_without_its_certificate_keeps_the_hub_from_starting(
    profile: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key, other = pair()[0], pair("other.example")[1]
    assert run(signing(tmp_path, key, other)) == 1
    err = capsys.readouterr().err
    assert "[signing]" in err and "not that of the key" in err and key.splitlines()[1] not in err


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("profile.toml", 'code = "03201"', 'code = "3201"', "city.code"),
        ("profile.toml", "[channels.log]", "[channels.telegraph]", "telegraph"),
        ("stations.toml", 'code = "tatesakabashi"', 'code = "Tatesaka Bashi"', "stations.toml"),
        ("city.geojson", '"Polygon"', '"Point"', "city.geojson"),
    ],
)
def test_a_fault_is_named_with_its_file(
    profile: Path, capsys: pytest.CaptureFixture[str], file: str, old: str, new: str, told: str
) -> None:
    path = profile / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert run(["check"]) == 1
    error = json.loads(capsys.readouterr().err.splitlines()[-1])
    assert told in error["message"] and error["at"]


def test_a_rule_for_a_channel_that_does_not_exist_is_refused(profile: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rule = Path("rules/catalog/river-level.toml").read_text(encoding="utf-8")
    (profile / "rules" / "mine.toml").write_text(rule.replace('"authorities"', '"telegraph"'), encoding="utf-8")
    assert run(["check"]) == 1
    assert "river-level: telegraph" in json.loads(capsys.readouterr().err.splitlines()[-1])["message"]


def test_a_river_model_that_cannot_be_used_is_told_and_keeps_nothing_from_starting(
    profile: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = profile / "models" / "river.json"
    file.parent.mkdir()
    file.write_text("{", encoding="utf-8")
    assert run(["check"]) == 0
    (line,) = [one for one in map(json.loads, capsys.readouterr().out.splitlines()) if one["part"] == "river model"]
    assert line["ok"] is False and str(file) in line["message"] and "shirase train river" in line["message"]
