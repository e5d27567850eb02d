"""A city's broker: the real program, run from the files that `shirase gateways export` writes, with TLS."""

from __future__ import annotations

import asyncio
import getpass
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from services.broker.login import Login, Protocol
from services.broker.site import Site, Tls
from tests.conftest import missing

KINDS = ("nats", "mosquitto")
_SAFE_PATH = "/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin"


@dataclass
class CityBroker:
    """Start, reload, kill, start again. ``site`` is what its files were written for."""

    kind: str
    folder: Path
    port: int
    certificates: bool = False
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def site(self) -> Site:
        state = self.folder / "state"
        tls = Tls.under(self.folder)
        return Site(
            folder=self.folder,
            state=state,
            tls=tls,
            host="127.0.0.1",
            port=self.port,
            certificates=self.certificates,
        )

    @property
    def pid_file(self) -> Path:
        return self.site.state / ("nats-server.pid" if self.kind == "nats" else "mosquitto.pid")

    def start(self) -> None:
        """Run it and come back when it answers."""
        command = nats_command(self.folder) if self.kind == "nats" else _mosquitto(self.folder)
        with (self.folder / "broker.log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder)
        deadline = time.monotonic() + 20
        while not _answers(self.port):
            alive = self.process.poll() is None and time.monotonic() < deadline
            assert alive, (self.folder / "broker.log").read_text()[-2000:]
            time.sleep(0.02)

    def reload(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGHUP)

    def kill(self) -> None:
        """``kill -9``."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(20)

    def login(self, user: str, password: str, **more: object) -> Login:
        """How somebody of this name connects, trusting the test's own authority."""
        own = {"certificate": self.folder / f"{user}.pem", "key": self.folder / f"{user}.key"}
        named = {"user": user, "password": password} if not self.certificates else own
        whole = {"client_id": f"test-{user}", "ca": self.folder / "ca.pem", **named, **more}
        return Login(host="localhost", port=self.port, **whole)  # type: ignore[arg-type]


def city_broker(kind: str, folder: Path, *, certificates: bool = False) -> CityBroker:
    """A broker that is not started, with a certificate for localhost. Its files are still to be exported there."""
    (folder / "state").mkdir(parents=True)
    certify_as(folder, "server", "localhost")
    return CityBroker(kind, folder, any_port(), certificates)


def protocols(kind: str) -> tuple[Protocol, ...]:
    """What the broker speaks."""
    return (Protocol.V311,) if kind == "nats" else (Protocol.V311, Protocol.V5)


def any_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def certify(broker: CityBroker, name: str) -> None:
    """A client certificate for a gateway, or for the hub."""
    certify_as(broker.folder, name, name)


def certify_as(folder: Path, name: str, common_name: str) -> None:
    """Key and certificate NAME.key, NAME.pem, signed by the folder's own authority ca.pem."""
    if shutil.which("openssl") is None:
        missing("openssl is not installed: apt-get install openssl")
    elliptic = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")
    if not (folder / "ca.pem").exists():
        ca = ("-subj", "/CN=test authority", "-keyout", "ca.key", "-out", "ca.pem")
        _openssl(folder, "req", "-x509", *elliptic, *ca)
    files = ("-keyout", f"{name}.key", "-out", f"{name}.pem", "-CA", "ca.pem", "-CAkey", "ca.key")
    names = ("-subj", f"/CN={common_name}", "-addext", f"subjectAltName=DNS:{common_name}")
    _openssl(folder, "req", "-x509", *elliptic, *names, "-addext", "basicConstraints=critical,CA:FALSE", *files)


def _openssl(folder: Path, *words: str) -> None:
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)


def nats_command(folder: Path) -> list[str]:
    return [str(Path(sys.prefix) / "bin" / "nats-server"), "-c", str(folder / "nats-server.conf")]


def _mosquitto(folder: Path) -> list[str]:
    binary = shutil.which("mosquitto", path=_SAFE_PATH)
    if binary is None:
        missing("mosquitto is not installed: apt-get install mosquitto")
    run = folder / "run.conf"
    text = (folder / "mosquitto.conf").read_text()
    # Started by root it would become another user, who may not read a test's folder.
    run.write_text(text + (f"user {getpass.getuser()}\n" if os.geteuid() == 0 else ""))
    return [binary or "", "-c", str(run)]


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


async def until(condition: object, patience: float = 15.0) -> None:
    """Wait for something that another process brings about."""
    deadline = time.monotonic() + patience
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, "it did not come about in time"
        await asyncio.sleep(0.02)
