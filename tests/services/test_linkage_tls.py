"""The linkage channel over TLS: the city's own authority is trusted by its file, a stranger's is not."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from pydantic import SecretStr

from services.channels.channel import Verdict
from services.channels.linkage import Config, Linkage
from tests.services.test_linkage import delivery, send

pytestmark = pytest.mark.skipif(
    shutil.which("openssl") is None, reason="openssl, which makes the certificate, is missing"
)


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A self-signed certificate for 127.0.0.1 and its key."""
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=linkage"
    name = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(cert)]
    subprocess.run([*command.split(), *name], check=True, capture_output=True)
    return cert, key


@pytest.fixture
async def server(certificate: tuple[Path, Path]) -> AsyncIterator[str]:
    async def take(request: web.Request) -> web.Response:
        await request.read()
        return web.json_response({"receipt": "R-1"}, status=201)

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    app = web.Application()
    app.router.add_post("/cap", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    yield f"https://127.0.0.1:{runner.addresses[0][1]}/cap"
    await runner.cleanup()


async def verdict(url: str, ca_file: Path | None) -> Verdict:
    channel = Linkage(Config(url=url, token=SecretStr("t"), ca_file=ca_file))
    outcome = await send(channel, delivery(channel))
    await channel.close()
    return outcome.verdict


async def test_the_authority_of_the_file_is_trusted(server: str, certificate: tuple[Path, Path]) -> None:
    assert await verdict(server, certificate[0]) is Verdict.ACCEPTED


async def test_an_unknown_authority_is_not_and_nothing_left_the_house(server: str) -> None:
    assert await verdict(server, None) is Verdict.LATER


async def test_a_certificate_for_another_name_is_not(server: str, certificate: tuple[Path, Path]) -> None:
    assert await verdict(server.replace("127.0.0.1", "localhost"), certificate[0]) is Verdict.LATER
