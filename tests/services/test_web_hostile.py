"""Requests that nobody means well with."""

from __future__ import annotations

import asyncio
import base64
import json
import re
from typing import Any

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from yarl import URL

from services.store.engine import Store
from services.store.users import Role
from services.web.api.paging import _decode
from services.web.api.table import ENDPOINTS
from services.web.security import HEADERS, MAX_BODY, WebError
from tests.services.web_floor import Floor, floor

PAGED = [e.path for e in ENDPOINTS if any(parameter.name == "cursor" for parameter in e.parameters)]


def cursor(values: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


@pytest.mark.parametrize("path", PAGED)
async def test_bad_limits_and_cursors_are_refused_and_named(store: Store, path: str) -> None:
    bad = {
        "limit": ["0", "-1", "1.5", "abc", "", "１０", "9" * 101, "1e3", "0x10", "1 OR 1=1"],
        "cursor": ["", "x", "%00", "é", cursor({}), cursor([]), cursor([1] * 9), cursor([2**70]), cursor([None]),
                   cursor([True]), cursor([[1]]), cursor(["2026", "s", 1]), cursor(["\x00", "\ud800"]),
                   "A" * 2000, cursor([1.5]), "[" * 500],
    }  # fmt: skip
    async with floor(store) as running:
        desk = await running.person(Role.ADMIN)
        for name, values in bad.items():
            for value in values:
                status, body = await desk.get(f"/api/v1{path}", params={name: value})
                assert (status, body["error"]) == (400, f"bad_{name}"), value
        status, body = await desk.get(f"/api/v1{path}?limit=" + "9" * 100)
        assert status == 200, "a huge limit is cut to what a page may hold"


async def test_a_time_in_a_cursor_is_checked_too(store: Store) -> None:
    async with floor(store) as running:
        desk = await running.person(Role.VIEWER)
        for time in (
            "",
            "yesterday",
            "2026-11-20",
            "2026-11-20T09:00:00",
            "0001-01-01T00:00:00Z",
            "9999-12-31T23:59:59Z",
        ):
            for path, key in (("deliveries", [time, "s"]), ("alerts", [time, "s", 1])):
                status, body = await desk.get(f"/api/v1/{path}", params={"cursor": cursor(key)})
                assert (status, body["error"]) == (400, "bad_cursor"), time


@settings(max_examples=100)
@given(st.one_of(st.text(max_size=60), st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
                 lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)).map(cursor)))  # fmt: skip
def test_a_cursor_is_a_key_of_the_right_types_or_refused(text: str) -> None:
    try:
        key = _decode(text, (str, int))
    except WebError as refused:
        assert (refused.status, refused.code) == (400, "bad_cursor")
    else:
        assert [type(part) for part in key] == [str, int]


async def test_names_that_climb_or_inject_find_nothing(store: Store) -> None:
    names = [
        "..%2f..%2fetc%2fpasswd",
        "%2e%2e%2f",
        "..\\..",
        "';DROP%20TABLE%20alerts;--",
        "a" * 3000,
        "%F0%9F%8C%8A",
    ]
    async with floor(store) as running:
        officer = await running.person(Role.APPROVER)
        for name in names:
            for path in (f"/api/v1/layers/{name}", f"/api/v1/readings/{name}/{name}", f"/cap/{name}.xml",
                         f"/ogc/collections/{name}", f"/ogc/collections/areas/items/{name}"):  # fmt: skip
                status, _ = await officer.get(URL(path, encoded=True))  # type: ignore[arg-type]
                assert status == 404, path
            for revision in ("1", "-1", "x", "9" * 30, "%2e%2e"):
                path = f"/api/v1/alerts/{name}/{revision}/approve"
                status, body = await officer.post(URL(path, encoded=True), {"digest": "d"})  # type: ignore[arg-type]
                assert status == 404, (path, body)
            assert (await officer.get("/api/v1/alerts", params={"series": name}))[1]["features"] == []
        assert (await officer.get("/api/v1/deliveries?channel=a%00b"))[0] == 400
        assert (await officer.get("/api/v1/layers/a%00b"))[0] == 400
        assert (await (await running.visitor()).log_in("a\x00b", "\x00"))[0] == 400


async def test_bodies_that_are_no_bodies(store: Store) -> None:
    wrong: list[tuple[bytes, str, int]] = [
        (b"", "application/json", 400),
        (b"{", "application/json", 400),
        (b"[" * 40_000, "application/json", 400),
        (b"[]", "application/json", 400),
        (b'{"text": 5}', "application/json", 400),
        (b'{"text": ""}', "application/json", 400),
        (b'{"text": "\\u0000"}', "application/json", 400),
        (b'{"text": "\\ud800"}', "application/json", 400),
        (b'{"text": "\xff"}', "application/json", 400),
        (json.dumps({"text": "x" * 2001}).encode(), "application/json", 400),
        (b'{"text": "x"}', "text/plain", 415),
        (b"x" * (MAX_BODY + 1), "application/json", 413),
    ]
    async with floor(store) as running:
        officer = await running.person(Role.OPERATOR)
        for body, media_type, expected in wrong:
            headers = {"X-CSRF-Token": officer.csrf, "Content-Type": media_type}
            async with officer.http.post("/api/v1/chronology", data=body, headers=headers) as response:
                told = await response.json()
                assert response.status == expected, body[:30]
                assert set(told) == {"error", "message"}


async def test_every_answer_carries_the_headers_errors_too(store: Store) -> None:
    async with floor(store) as running:
        stranger = await running.visitor()
        asked = ["/healthz", "/nope", "/api/v1/nope", "/login", "/ops", "/api/v1/deliveries", "/api/v1/hazards?limit=x",
                 "/api/v1/events", "/cap/feed.atom", "/cap/none.xml", "/readyz"]  # fmt: skip
        for path in asked:
            async with stranger.http.get(path, headers={"Accept": "text/html"}, allow_redirects=False) as response:
                for name, value in HEADERS.items():
                    assert response.headers[name] == value, path
                assert "unsafe" not in response.headers["Content-Security-Policy"]


async def test_what_is_no_http_is_refused_without_a_word_of_what_runs_here(store: Store) -> None:
    wrong = (
        b"FOO BAR BAZ",
        b"GET / HTTP/9.9\r\nHost: x",
        b"GET /login HTTP/1.1",
        b"GET / HTTP/1.1\r\nHost: x\r\nA: a\x01",
    )
    both = b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked"
    async with floor(store) as running:
        for head in (*wrong, both):
            answer = await _raw(running, head + b"\r\n\r\n")
            assert b" 400 " in answer and not re.search(rb"(?i)aiohttp|python", answer), head


@pytest.mark.one_engine
async def test_a_body_that_trickles_is_not_waited_for(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.web.body.PATIENCE", 0.05)
    async with floor(store) as running:
        for media_type in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
            told = f"POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: {media_type}\r\nContent-Length: 500\r\n\r\n--x"
            assert b" 408 " in await _raw(running, told.encode(), b"\r\n")


async def _raw(running: Floor, told: bytes, end: bytes = b"") -> bytes:
    """What is answered up to these bytes; without them, up to the end of the connection."""
    reader, writer = await asyncio.open_connection(running.runner.addresses[0][0], running.runner.addresses[0][1])
    try:
        writer.write(told)
        return await asyncio.wait_for(reader.readuntil(end) if end else reader.read(), 30)
    finally:
        writer.close()


async def test_unknown_addresses_and_methods_in_both_tongues(store: Store) -> None:
    async with floor(store) as running:
        stranger = await running.visitor()
        status, body = await stranger.get("/api/v1/nope", headers={"Accept": "text/html"})
        assert (status, body["error"]) == (404, "not_found")
        status, page = await stranger.get("/<script>", headers={"Accept": "text/html"})
        assert status == 404
        assert "<html" in page
        assert "<script>" not in page
        async with stranger.http.delete("/api/v1/hazards") as response:
            assert response.status == 405
            assert "GET" in response.headers["Allow"]


async def test_a_fault_of_ours_tells_a_stranger_nothing(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    async with floor(store) as running:
        stranger = await running.visitor()
        await store.close()
        async with store.write() as connection:  # a store that has lost a table
            await connection.exec_driver_sql("DROP TABLE hazards")
        status, body = await stranger.get("/api/v1/hazards")
        assert (status, body["error"]) == (500, "internal")
        assert "hazards" not in body["message"]
        assert "Traceback" not in body["message"]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(header=st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), max_size=80))
async def test_no_header_breaks_a_read(store: Store, header: str) -> None:
    async with floor(store) as running:
        for name in ("If-None-Match", "Accept", "Cookie", "X-Forwarded-For", "Accept-Encoding"):
            async with (
                aiohttp.ClientSession(running.url) as http,
                http.get("/api/v1/sensors", headers={name: header}) as response,
            ):
                assert response.status in {200, 304}
