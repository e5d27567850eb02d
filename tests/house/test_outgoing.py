"""Lines out of the house are opened in one place: whoever adds a feed or a channel cannot forget who may be called."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.test_floors import ROOT, SOURCES

HERE = "services/outgoing/"
# What opens lines → where it may stand beside that place, and why.
BROKER = "services/broker/"  # our own broker or the city's: an address of the settings, with TLS and its own authority
IMPORTS = {
    "requests": (),
    "urllib.request": (),
    "urllib3": (),
    "httpx": (),
    "http.client": (),
    "smtplib": (),
    "ftplib": (),
    "telnetlib": (),
    "xmlrpc.client": (),
    "websockets": (),
    "paho": (BROKER,),
    "apprise": ("services/callout/outlet.py",),  # within `judged`, see below
    "tweepy": ("services/channels/x/",),  # given a session of ours
}
CALLS = {
    "ClientSession": (),
    "TCPConnector": (),
    "UnixConnector": (),
    "NamedPipeConnector": (),
    "open_connection": (f"{BROKER}probe.py",),  # the broker of the settings, or the embedded one
    "open_unix_connection": (),
    "create_connection": (),
    "create_unix_connection": (),
    "create_datagram_endpoint": (),
    "sock_connect": (),
    "urlopen": (),
    "getaddrinfo": (),
    "socket.socket": (
        f"{BROKER}folder.py",  # looks for a free port of this machine
        "services/supervisor.py",  # datagrams to the systemd that started us
    ),
}


def opened(path: Path) -> Iterator[str]:
    """What of it opens lines, as ``what in which file``."""
    name = path.relative_to(ROOT).as_posix()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from _unless(name, IMPORTS, [one.name for one in node.names])
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from _unless(name, IMPORTS, [node.module, *(f"{node.module}.{one.name}" for one in node.names)])
        if isinstance(node, ast.Call):
            yield from _unless(name, CALLS, [_called(node)])


def _unless(name: str, table: dict[str, tuple[str, ...]], found: list[str]) -> Iterator[str]:
    for one in found:
        word = next((key for key in table if one == key or one.startswith(f"{key}.")), None)
        if word is not None and not name.startswith((HERE, *table[word])):
            yield f"{one} in {name}"


def _called(node: ast.Call) -> str:
    words = ast.unparse(node.func)
    return words if words == "socket.socket" else words.rpartition(".")[2]


def test_no_other_place_opens_a_line() -> None:
    assert [one for path in SOURCES for one in opened(path)] == []


@pytest.mark.parametrize(
    "line",
    ["import requests", "from urllib.request import urlopen", "from urllib import request", "import http.client",
     "aiohttp.ClientSession()", "from aiohttp import TCPConnector\nTCPConnector()", "socket.create_connection(x)",
     "asyncio.open_connection('h', 1)", "loop.create_connection(f, 'h', 1)", "import paho.mqtt.client"],
)  # fmt: skip
def test_one_that_did_would_be_found(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.house.test_outgoing.ROOT", tmp_path)
    (tmp_path / "feed.py").write_text(line)
    assert list(opened(tmp_path / "feed.py"))


def test_mail_goes_over_a_line_of_ours_and_apprise_is_judged() -> None:
    mail = ast.parse((ROOT / "services/channels/mail/lines.py").read_text(encoding="utf-8"))
    (smtp,) = [one for one in ast.walk(mail) if isinstance(one, ast.Call) and _called(one) == "SMTP"]
    assert "sock" in {word.arg for word in smtp.keywords} and "port" not in {word.arg for word in smtp.keywords}
    assert [p for p in SOURCES if "aiosmtplib" in p.read_text(encoding="utf-8")] == [
        ROOT / "services/channels/mail/lines.py"
    ]
    outlet = (ROOT / "services/callout/outlet.py").read_text(encoding="utf-8")
    within = ast.unparse(
        next(
            one
            for one in ast.walk(ast.parse(outlet))
            if isinstance(one, ast.With) and "judged(" in ast.unparse(one.items[0])
        )
    )
    assert outlet.count(".notify(") == within.count(".notify(") == 1
