"""Settings: one clear error for everything that is wrong, secrets from files, nothing secret in print."""

from __future__ import annotations

from pathlib import Path

import pytest

from feeds.status import Status
from rules.alert import Approval
from services.settings import SettingsError, load
from services.store.engine import parse

CITY = """
[city]
code = "03201"
name = "盛岡市"
name_en = "Morioka"
sender = "hub.example.jp"
sender_name = "防災課"
sender_name_en = "Crisis Management"
web = "https://example.jp/"
"""


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    (tmp_path / "profile.toml").write_text(CITY, encoding="utf-8")
    return tmp_path


def environment(profile: Path, **more: str) -> dict[str, str]:
    return {"SHIRASE_PROFILE": str(profile), **more}


def test_the_profile_alone_is_enough(profile: Path) -> None:
    settings = load(environment=environment(profile))
    assert settings.city.name == "盛岡市"
    assert settings.database_url == "sqlite+aiosqlite:///var/shirase.db"
    assert not settings.public_exercise and settings.exercise is None


def test_later_files_and_the_environment_win(profile: Path) -> None:
    site = profile / "site.toml"
    site.write_text('data_dir = "/srv/a"\n[web]\nhost = "0.0.0.0"\nport = 80\n', encoding="utf-8")
    settings = load([site], environment(profile, SHIRASE_PORT="8099"))
    assert (str(settings.data_dir), settings.web.host, settings.web.port) == ("/srv/a", "0.0.0.0", 8099)


def test_the_floor_under_approvals_is_set_by_level(profile: Path) -> None:
    site = profile / "site.toml"
    site.write_text('[approval]\nfloor = { 4 = "two" }\nevacuation = "two"\n', encoding="utf-8")
    floor = load([site], environment(profile)).approval.as_floor()
    assert (floor.levels, floor.evacuation) == ({4: Approval.TWO}, Approval.TWO)


def test_a_secret_in_a_list_of_tables_comes_from_its_file_too(profile: Path) -> None:
    (profile / "key").write_text("hush-hush\n")
    site = profile / "site.toml"
    table = 'name = "x"\nurl = "https://x/y"\nheaders = { X-Api-Key = { file = "key" } }\n'
    site.write_text(f"[[sources]]\n{table}", encoding="utf-8")
    settings = load([site], {"SHIRASE_PROFILE": str(profile)})
    assert settings.sources[0].headers["X-Api-Key"].get_secret_value() == "hush-hush"
    assert "hush-hush" not in repr(settings)


def test_a_secret_comes_from_its_file_and_is_never_printed(profile: Path) -> None:
    (profile / "password").write_text("hush-hush\n", encoding="utf-8")
    site = profile / "site.toml"
    site.write_text('[gateways.gw1]\npassword = { file = "password" }\nstatus = "Exercise"\n', encoding="utf-8")
    settings = load([site], environment(profile))
    assert settings.gateways["gw1"].password.get_secret_value() == "hush-hush"
    assert settings.gateways["gw1"].status is Status.EXERCISE
    assert "hush-hush" not in repr(settings) + settings.model_dump_json()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[city]\ncode = "3201"', "city.code"),
        ("[web]\nport = 99999", "web.port"),
        ("colour = 1", "colour"),
        ('[approval]\nfloor = { 6 = "two" }', "approval.floor"),
        ('[approval]\nevacuation = "auto"', "approval.evacuation"),
        ('[gateways.g]\npassword = "x"\nstatus = "Real"', "gateways.g.status"),
        ("[exercise]\nstart = 2026-01-01T00:00:00+09:00\nspeed = 0", "exercise.speed"),
        ("[exercise]\nstart = 2026-01-01T00:00:00\nspeed = 2", "exercise.start"),
        (
            "[exercise]\nstart = 2026-01-01T00:00:00Z\nbegan = 2026-01-01T00:00:00Z\nspeed = 2\n[broker]\nhost = 'b'",
            "a broker of its own",
        ),
        (
            "[exercise]\nstart=2026-01-01T00:00:00Z\nbegan=2026-01-01T00:00:00Z\nspeed=2\n[channels]\nmqtt.host='b'",
            "leave host out",
        ),
        ("data_dir = ", "site.toml"),
        ('[gateways.g]\npassword = { file = "nowhere" }', "nowhere"),
    ],
)
def test_what_is_wrong_is_named(profile: Path, text: str, told: str) -> None:
    site = profile / "site.toml"
    site.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=told):
        load([site], environment(profile))


def test_all_faults_are_told_at_once(profile: Path) -> None:
    site = profile / "site.toml"
    site.write_text('colour = 1\n[web]\nport = "x"\n', encoding="utf-8")
    with pytest.raises(SettingsError) as faults:
        load([site], environment(profile))
    assert "colour" in str(faults.value) and "web.port" in str(faults.value)


def test_a_missing_profile_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="SHIRASE_PROFILE"):
        load(environment=environment(tmp_path / "elsewhere"))


def test_polling_is_off_unless_asked_for_and_never_in_an_exercise(profile: Path) -> None:
    assert load(environment=environment(profile)).poll is None
    more = profile / "more.toml"
    more.write_text("[poll]\nareas = ['030000']\n", encoding="utf-8")
    asked = load([more], environment(profile)).poll
    assert asked is not None and asked.base.startswith("https://") and asked.areas == ["030000"]
    drill = "[poll]\n[exercise]\nstart = 2026-01-01T00:00:00Z\nbegan = 2026-01-01T00:00:00Z\nspeed = 1\n"
    more.write_text(drill, encoding="utf-8")
    with pytest.raises(SettingsError, match="real telegrams would raise real alerts in a drill"):
        load([more], environment(profile))


def test_the_password_of_the_database_may_lie_in_a_file_of_its_own(profile: Path) -> None:
    (profile / "secret").write_text("p@ss/word:1\n")
    settings_file = profile / "site.toml"
    text = 'database = "postgresql://shirase@database/shirase"\ndatabase_password = { file = "secret" }\n'
    settings_file.write_text(text)
    settings = load([settings_file], {"SHIRASE_PROFILE": str(profile)})
    assert parse(settings.database_url).password == "p@ss/word:1"
    assert "p@ss" not in repr(settings) and "p@ss" not in settings.model_dump_json()


def test_the_environment_may_name_files_that_those_of_the_command_override(profile: Path) -> None:
    for name, level in (("one", "DEBUG"), ("two", "WARNING"), ("three", "ERROR")):
        (profile / f"{name}.toml").write_text(f'log_level = "{level}"\n')
    named = environment(profile, SHIRASE_SETTINGS=f"{profile / 'one.toml'}:{profile / 'two.toml'}")
    assert load([], named).log_level == "WARNING"
    assert load([profile / "three.toml"], named).log_level == "ERROR"


def test_whom_the_hub_may_call_inside_the_city(profile: Path) -> None:
    site = profile / "site.toml"
    site.write_text('[outgoing]\nallow = ["node.lalert.example.jp", "10.20.0.0/16"]\n')
    reach = load([site], environment(profile)).outgoing.reach
    assert reach.refusal("node.lalert.example.jp", "192.168.7.7") == "" and reach.refusal("x.example", "192.168.7.7")
    site.write_text('[outgoing]\nallow = ["https://node.lalert.example.jp/"]\n')
    with pytest.raises(SettingsError, match=r"outgoing\.allow: .* is no host"):
        load([site], environment(profile))
