"""The pages over the hub's own TLS: what browsers get, what is refused, and a certificate that is renewed meanwhile."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from structlog.testing import capture_logs

from services.settings import SettingsError, Web, load
from services.store.engine import Store
from services.store.users import Role
from services.web.app import make_app, serve
from services.web.behind import Proxies
from services.web.context import CONTEXT
from services.web.tls import CertificateError, OwnCertificate
from tests.certificates import Authority
from tests.services.web_floor import Floor, floor

pytestmark = pytest.mark.one_engine


@asynccontextmanager
async def served(store: Store, own: OwnCertificate) -> AsyncIterator[tuple[Floor, str]]:
    """The whole web floor over TLS; the address by which browsers come."""
    async with floor(store) as plain:
        app = make_app(replace(plain.app[CONTEXT], https=True))
        runner = await serve(app, "127.0.0.1", 0, own.context)
        try:
            yield plain, f"https://localhost:{runner.addresses[0][1]}"
        finally:
            await runner.cleanup()


def trusting(authority: Authority) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=authority.file)


async def test_a_browser_gets_pages_that_stay_encrypted(store: Store, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    async with served(store, OwnCertificate(*authority.issue("web", "localhost"))) as (plain, url):
        await plain.account("sato", Role.VIEWER)
        connector = aiohttp.TCPConnector(ssl=trusting(authority))
        async with aiohttp.ClientSession(url, connector=connector) as http:
            async with http.get("/login") as answer:
                assert answer.status == 200 and answer.headers["Strict-Transport-Security"] == "max-age=31536000"
                assert all(one["secure"] and one["httponly"] for one in answer.cookies.values())
            async with http.get("/metrics") as answer:
                assert answer.status == 200


async def test_who_is_not_who_it_says_and_old_protocols_get_nothing(store: Store, tmp_path: Path) -> None:
    authority, other = Authority(tmp_path / "a"), Authority(tmp_path / "b")
    async with served(store, OwnCertificate(*authority.issue("web", "localhost"))) as (_, url):
        old = trusting(authority)
        with pytest.warns(DeprecationWarning):
            old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
        old.set_ciphers("DEFAULT:@SECLEVEL=0")
        for context, address in (
            (trusting(other), url),
            (ssl.create_default_context(), url),
            (trusting(authority), url.replace("localhost", "127.0.0.1")),
            (old, url),
        ):
            async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=context)) as http:
                with pytest.raises(aiohttp.ClientConnectorError):
                    await http.get(f"{address}/healthz")


async def test_a_renewed_certificate_is_taken_and_a_broken_one_is_not(store: Store, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    certificate, key = authority.issue("web", "localhost")
    own = OwnCertificate(certificate, key)
    assert not await own.step()

    async def number(url: str) -> str:
        port = int(url.rpartition(":")[2])
        _, line = await asyncio.open_connection("127.0.0.1", port, ssl=trusting(authority), server_hostname="localhost")
        peer = line.get_extra_info("ssl_object").getpeercert()
        line.close()
        await line.wait_closed()
        return str(peer["serialNumber"])

    async with served(store, own) as (_, url):
        before = await number(url)
        kept = key.read_bytes()
        authority.issue("web", "localhost")
        renewed = key.read_bytes()
        key.write_bytes(kept)  # the new certificate stands there, its key not yet
        with capture_logs() as said:
            assert not await own.step()
        assert [one["event"] for one in said] == ["certificate_not_taken"] and await number(url) == before
        key.write_bytes(renewed)
        assert await own.step() and await number(url) != before


def test_what_cannot_serve_is_told_with_the_cure(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    certificate, key = authority.issue("web", "localhost")
    sealed = authority.issue("sealed", "localhost", password="hush-hush")
    other = authority.issue("other", "localhost")[1]
    for pair in ((certificate, other), (certificate, tmp_path / "none"), (key, certificate), sealed):
        with pytest.raises(CertificateError, match="PEM files that belong together") as told:
            OwnCertificate(*pair)
        assert "PRIVATE" not in str(told.value)


def test_the_end_of_a_certificate_is_told_in_time(tmp_path: Path) -> None:
    own, now = OwnCertificate(*Authority(tmp_path).issue("web", "localhost")), datetime.now(UTC)
    assert own.trouble(now) == "" and own.trouble(now + timedelta(days=15)) == ""
    assert "web.pem" in own.trouble(now + timedelta(days=17))


def test_settings_say_who_ends_tls(tmp_path: Path) -> None:
    own = Web.model_validate({"certificate": "a.pem", "key": "a.key", "https": True})
    assert own.secure and own.behind is None and own.address == "https://127.0.0.1:8080"
    assert Web(https=True).behind == Proxies() and not Web().secure and Web().address == "http://127.0.0.1:8080"
    site = tmp_path / "site.toml"
    site.write_text('[web]\ncertificate = "a.pem"\n')
    with pytest.raises(SettingsError, match="certificate and key go together"):
        load([site])
