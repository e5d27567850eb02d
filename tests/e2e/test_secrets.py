"""Nothing secret is ever written down: every secret is planted, everything goes wrong, and all that was said is read.

The hub runs in its own process at DEBUG, with every channel and source pointing to where nobody answers. Strangers try
passwords and keys, tables vanish under it, copies are made. Then its logs, the broker's, the answers, the commands'
words, the store and the copy are searched for each secret, in clear and in base64.
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
import sqlite3
import zipfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest

from services.broker.probe import connack
from services.cli import run
from tests.e2e.planted import Planter, elsewhere, every_place, planted_places, running, secrets_in, toml
from tests.e2e.process import HubProcess
from tests.services.accounts.test_second_pages import registered, sent
from tests.services.web_floor import Visitor

pytestmark = [pytest.mark.one_engine, pytest.mark.timeout(240)]
GUESS = "GuessedQxJvKwZyGuessed"  # what a stranger typed: perhaps somebody's real one
LINK = "LinkQxJvKwZyLinkQxJvKwZyLinkQxJvKwZyLinkQxJ"  # the key in an address that was sent to one person


@dataclass
class Night:
    """What was said, by whom, and the secrets that must not stand in it."""

    said: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)

    def leaks(self) -> Iterator[str]:
        for who, text in self.said.items():
            for place, secret in self.secrets.items():
                if any(form in text for form in _forms(secret)):
                    yield f"{place} in {who}"


def _forms(secret: str) -> list[str]:
    """As it is, and in base64; of a long key its middle."""
    short = secret if len(secret) < 200 else secret[80:140]
    return [short, base64.b64encode(short.encode()).decode().rstrip("=")]


class Planted(HubProcess):
    """A hub with other settings than those of the other tests."""

    def __init__(self, folder: Path, settings: Path) -> None:
        self.data_dir, self.address, self._settings, self._process = folder, "", settings, None


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SHIRASE_DATA_DIR", str(tmp_path / "var"))
    (tmp_path / "var").mkdir()
    file = tmp_path / "site.toml"
    file.write_text(toml(running(Planter())), encoding="utf-8")
    file.chmod(0o600)
    monkeypatch.setenv("SHIRASE_SETTINGS", str(file))
    return file


@pytest.fixture
async def hub(site: Path) -> AsyncIterator[Planted]:
    made = Planted(site.parent / "var", site)
    await made.start()
    yield made
    await made.stop()


def test_every_secret_that_can_be_set_is_planted(site: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    other.write_text(toml(elsewhere(Planter())), encoding="utf-8")
    missing = every_place() - planted_places(site) - planted_places(other)
    assert not missing, "plant them in tests/e2e/planted.py"


async def test_nothing_secret_is_written_down(site: Path, hub: Planted, capfd: pytest.CaptureFixture[str]) -> None:
    async def command(*words: str) -> str:
        await asyncio.to_thread(run, list(words))
        return "".join(capfd.readouterr())

    night = Night(secrets=secrets_in(site) | {"a guess": GUESS, "a link": LINK})
    password = json.loads(await command("users", "add", "sato", "--role", "admin"))["password"]
    gateway = json.loads(await command("gateways", "add", "gw08"))["password"]
    token = json.loads(await command("tokens", "add", "sato", "--label", "a display", "--scope", "read"))["token"]
    night.secrets |= {"sato's password": password, "gw08's password": gateway, "a program's token": token}
    await _strangers(hub, night)
    await _an_officer(hub, night, password)
    address = json.loads((hub.data_dir / "broker" / "address.json").read_text(encoding="utf-8"))
    for secret in (GUESS, night.secrets["gateways.gw07.password"]):
        await connack(address["host"], address["port"], "gw07", secret)
    night.secrets |= _laid(hub.data_dir)
    copy = site.parent / "copy.zip"
    for words in (("check",), ("selftest",), ("callout", "test", "sato"), ("backup", str(copy)), ("users", "list")):
        night.said[f"shirase {words[0]}"] = await command(*words)
    await hub.stop()
    for name in ("hub.log", "broker/nats-server.log"):
        night.said[name] = (hub.data_dir / name).read_text(encoding="utf-8", errors="replace")
    for file in [*hub.data_dir.glob("shirase.db*"), *_unpacked(copy, site.parent / "copy")]:
        night.said[file.name] = file.read_bytes().decode("latin-1")
    log = night.said["hub.log"]
    assert '"not_in_it": ["reporters.key", "tls"]' in night.said["shirase backup"]
    assert "Using selector" in log and "Traceback" in log, f"at DEBUG, and it went wrong aloud: {night.said['broken']}"
    assert '"channel": "x"' in night.said["shirase selftest"] and len(night.said) > 40
    assert sorted(night.leaks()) == []


def _laid(data_dir: Path) -> dict[str, str]:
    """What only the hub knows there, and keys that somebody laid beside: they are in no copy."""
    kept = {name: (data_dir / "broker" / name).read_text().strip() for name in ("hub.password", "hub.session")}
    laid = {"reporters.key": "LaidHereQxJvKwZyReporters", "tls/web.key": "LaidHereQxJvKwZyWebKey"}
    for name, secret in laid.items():
        (data_dir / name).parent.mkdir(exist_ok=True)
        (data_dir / name).write_text(secret)
    return kept | laid


async def _strangers(hub: Planted, night: Night) -> None:
    """Guesses at every door, and links that were sent to one person."""
    keys = night.secrets
    basic = {"Authorization": aiohttp.encode_basic_auth("gw07", GUESS)}
    async with aiohttp.ClientSession(hub.address) as http:
        person = Visitor(http)
        night.said["a wrong login"] = (await person.log_in("sato", GUESS))[2]
        night.said["a password as name"] = (await person.log_in(GUESS, "x"))[2]
        for path in ("/muster", "/callout", "/watch", "/subscribe/mine", "/orders", "/report/sent", "/ops"):
            for address in (f"{path}?t={LINK}", f"{path}/{LINK}", f"{path}?key={LINK}"):
                told = await _told(http, "GET", address, night)
                night.said[address.replace(LINK, "…")] = told.replace(
                    LINK, ""
                )  # its own page may show it to who has it
        for path in ("/api/v1/reports", "/api/v1/reports/notices", "/open311/v2/requests.json", "/line/webhook"):
            said = await _told(http, "POST", path, night, headers=basic, data={"api_key": GUESS, "x": "{"})
            night.said[f"POST {path}"] = said
        right = {"api_key": keys["open311.keys.form"], "service_code": "none", "description": "x"}
        night.said["open311"] = await _told(http, "POST", "/open311/v2/requests.json", night, data=right)
        gateway = {"Authorization": aiohttp.encode_basic_auth("gw07", keys["gateways.gw07.password"])}
        night.said["a gateway"] = await _told(http, "POST", "/api/v1/reports", night, headers=gateway, data=b"\xff{")
        soap = f"<x>{GUESS}</x>".encode()
        night.said["soap"] = await _told(http, "POST", "/commons/subscriber/soap/city", night, data=soap)
        token = keys["a program's token"]
        for key in (token, f"{token[:-6]}QxJvKw"):
            bearer = {"Authorization": f"Bearer {key}"}
            for method, path in (("GET", "/api/v1/chronology"), ("POST", "/api/v1/silences"), ("GET", "/ops")):
                said = await _told(http, method, path, night, headers=bearer)
                night.said[f"{method} {path} by a program ({key == token})"] = said
        night.said["basic in the address"] = await _told(http, "GET", f"/api/v1/alerts?token={GUESS}", night)


async def _an_officer(hub: Planted, night: Night, password: str) -> None:
    """Logs in, looks at everything that is written down, and finds the hub broken."""
    async with aiohttp.ClientSession(hub.address, cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        person = Visitor(http)
        status, _, text = await person.log_in("sato", password)
        assert status == 303, text
        await _a_second_factor(hub, night, person, password)
        night.secrets["session"] = next(one.value for one in http.cookie_jar if one.key == "shirase_session")
        pages = [
            *("/ops", "/metrics", "/readyz", "/api/v1/status", "/api/v1/chronology", "/api/v1/deliveries"),
            *("/ops/chronology", "/ops/chronology.csv", "/ops/handover", "/ops/selftest", "/api/v1/openapi.json"),
        ]
        for path in pages:
            night.said[path] = await _told(http, "GET", path, night)
        with sqlite3.connect(hub.data_dir / "shirase.db", timeout=30) as store:
            store.execute("ALTER TABLE chronology RENAME TO chronology_gone")
        night.said["broken"] = await _told(http, "GET", "/api/v1/chronology", night)
        night.said["broken page"] = await _told(http, "GET", f"/ops/chronology?q={GUESS}", night)
        async with aiohttp.ClientSession(hub.address, cookie_jar=aiohttp.CookieJar(unsafe=True)) as another:
            night.said["broken write"] = (await Visitor(another).log_in("sato", GUESS))[2]
        with sqlite3.connect(hub.data_dir / "shirase.db", timeout=30) as store:
            store.execute("ALTER TABLE chronology_gone RENAME TO chronology")


async def _a_second_factor(hub: Planted, night: Night, person: Visitor, password: str) -> None:
    """Registers a phone; what the one page shows is theirs. Somebody who has the password alone guesses a code."""
    _, page = await person.get("/ops/account", headers={"Accept": "text/html"})
    token = re.search(r'name="csrf" value="([^"]*)"', page)
    assert token
    form = {"csrf": token[1], "password": password}
    async with person.http.post("/ops/account/second", data=form, allow_redirects=False) as answer:
        assert answer.headers.get("Location") == "/login/enrol", await answer.text()
    factor, codes = await registered(person)
    raw = base64.b32decode(factor).decode("latin-1")
    night.secrets |= {"a second factor": factor, "its octets": raw, "a recovery code": codes[0]}
    async with aiohttp.ClientSession(hub.address, cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        thief = Visitor(http)
        assert (await thief.log_in("sato", password))[1] == "/login/second"
        night.said["a wrong code"] = (await sent(thief, "/login/second", code=GUESS))[2]
        night.said["a wrong recovery code"] = (await sent(thief, "/login/second", recovery=GUESS))[2]


async def _told(http: aiohttp.ClientSession, method: str, path: str, night: Night, **options: object) -> str:
    async with http.request(method, path, allow_redirects=False, **options) as answer:  # type: ignore[arg-type]
        body = (await answer.read()).decode("utf-8", "replace")
    return body.replace(path.replace("&", "&amp;"), "")  # what a page repeats of its own address is nobody else's


def _unpacked(copy: Path, folder: Path) -> list[Path]:
    with zipfile.ZipFile(copy) as whole:
        whole.extractall(folder)
    return [one for one in folder.rglob("*") if one.is_file()]


def test_settings_that_lead_nowhere_are_told_without_their_secrets(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHIRASE_DATA_DIR", str(tmp_path / "var"))
    file = tmp_path / "other.toml"
    file.write_text(toml({"log_level": "DEBUG", **elsewhere(Planter())}), encoding="utf-8")
    night = Night(secrets=secrets_in(file))
    codes = [run([word, "--settings", str(file)]) for word in ("check", "serve")]
    wrong = tmp_path / "wrong.toml"
    planted = night.secrets["database_password"]
    wrong.write_text(f'log_level = 7\n[gateways.g]\npassword = ["{planted}"]\n[signing]\nkey = "{planted}"\n')
    codes += [run(["check", "--settings", str(wrong)])]
    wrong.write_text(f'database = "postgresql://u:{planted}@[::1/x"\n')
    codes += [run(["serve", "--settings", str(wrong)])]
    night.said["commands"] = "".join(capfd.readouterr())
    assert codes == [0, 1, 1, 1] and "127.0.0.1" in night.said["commands"]
    assert list(night.leaks()) == []


def test_files_that_others_can_read_are_named_with_the_cure(
    tmp_path: Path, site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def finding() -> dict[str, object]:
        assert run(["check"]) == 0
        parts = {one["part"]: one for one in map(json.loads, capsys.readouterr().out.splitlines())}
        found: dict[str, object] = parts["secrets"]
        return found

    key = tmp_path / "reporters.key"
    key.write_text("of-forty-letters-and-more-so-that-it-is-one\n")
    site.write_text(f'[reporters]\nkey = {{ file = "{key.name}" }}\n[gateways.g]\npassword = "written-out-here"\n')
    for mode in (0o600, 0o640):
        key.chmod(mode)
        site.chmod(mode)
        assert finding()["ok"] is True
    key.chmod(0o644)
    told = finding()
    assert told["ok"] is False and told["too_open"] == [
        f"{key}: mode 0644: others on this machine can read or change it; chmod 600, or 640"
    ]
    site.chmod(0o660)
    assert "(gateways.g.password): mode 0660" in str(finding()["too_open"])
    assert set(finding()["set"]) == {"gateways.g.password", "reporters.key"}  # type: ignore[call-overload]


def test_a_leak_would_be_found_in_each_form() -> None:
    secret = "Planted000QxJvKwZy"
    night = Night(secrets={"x.token": secret})
    night.said = {
        "clear": f'{{"event": "Bearer {secret}"}}',
        "basic": base64.b64encode(secret.encode()).decode(),
        "nothing": "a night without words",
    }
    assert list(night.leaks()) == ["x.token in clear", "x.token in basic"]
