"""People around the hub: officers who approve by a script, residents who subscribe and leave, and pages that listen."""

from __future__ import annotations

import asyncio
import random
import re
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import aiohttp

from tests.storm.plot import Plot, Word
from tests.storm.stage import OFFICERS, PASSWORD, Stage

_LETTER = 300.0  # seconds: one that the mail server refused is tried again after minutes
_RENEWED = 409  # the draft has changed since it was read
_AWAY = (aiohttp.ClientError, TimeoutError, OSError)


@dataclass
class Crowd:
    """Everybody who looks or clicks. ``answers`` counts what the pages said; ``faults`` is what was wrong with it."""

    stage: Stage
    plot: Plot
    chance: random.Random
    look: float = 1.5  # seconds between two looks of an officer at the drafts
    answers: Counter[int] = field(default_factory=Counter)
    events: int = 0
    streams: int = 0
    decided: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    joined: dict[str, datetime] = field(default_factory=dict)  # address → since when
    left: dict[str, datetime] = field(default_factory=dict)

    async def officer(self, name: str, *, second: bool) -> None:
        """Reads the drafts and does what the script says; whoever is second agrees only where two are needed."""
        async with self._session() as http:
            csrf = await log_in(http, name)
            while True:
                for one in await self._features(http, "/api/v1/alerts?state=draft&limit=100"):
                    with suppress(*_AWAY):  # looked at again in a moment
                        await self._decide(http, csrf, one, second=second)
                await asyncio.sleep(self.look)

    async def listener(self, number: int) -> None:
        """A desk or a phone with the page open: it hears events for a while, goes, and comes back where it was."""
        async with self._session() as http:
            if number % 2:
                await log_in(http, OFFICERS[0])
            seen = ""
            while True:
                with suppress(*_AWAY):
                    seen = await self._hear(http, seen, self.chance.uniform(8, 40))
                await asyncio.sleep(self.chance.uniform(0.5, 6))

    async def reader(self) -> None:
        """Phones on the public pages and programs on the open feeds."""
        paths = ("/", "/api/v1/alerts", "/api/v1/hazards", "/cap/feed.atom", "/api/v1/readings", "/snow", "/healthz")
        async with self._session() as http:
            while True:
                path = self.chance.choice(paths)
                with suppress(*_AWAY):
                    async with http.get(path) as answer:
                        await answer.read()
                        self.answers[answer.status] += 1
                        if answer.status >= 500:
                            self.faults.append(f"{path}: {answer.status}")
                await asyncio.sleep(self.chance.uniform(0.8, 2.4))

    async def join(self, address: str) -> None:
        """Ask, read the letter, and press its button."""
        async with self._session() as http:
            form = {"address": address, "language": "ja", "least": "1"}
            async with http.post("/subscribe", data=form) as answer:
                assert answer.status == 200, answer.status
            link = await self._letter(address)
            async with http.post(link) as answer:
                assert answer.status == 200, answer.status
        self.joined[address] = self.stage.clock.now()

    async def leave(self, address: str) -> None:
        """One POST to the address in the header of any mail (RFC 8058)."""
        told = [one for one in self.stage.outside.smtp.box(address) if one["List-Unsubscribe"]]
        assert told, f"{address} was told nothing that could be left by"
        link = str(told[-1]["List-Unsubscribe"]).strip("<>").removeprefix("https://city.example")
        async with self._session() as http, http.post(link, data={"List-Unsubscribe": "One-Click"}) as answer:
            assert answer.status == 200, answer.status
        self.left[address] = self.stage.clock.now()

    async def browser(self, name: str) -> None:
        """A browser subscribes to notifications of everything."""
        one = self.stage.push.browser(name)
        told = {
            "subscription": {"endpoint": one.endpoint, "keys": {"p256dh": one.p256dh, "auth": one.auth}},
            "wish": {"districts": [], "topics": [], "least": 1, "language": "ja"},
        }
        async with self._session() as http, http.post("/subscribe/push", json=told) as answer:
            assert answer.status == 200, await answer.text()

    async def _decide(self, http: aiohttp.ClientSession, csrf: str, one: dict[str, Any], *, second: bool) -> None:
        series, revision, two = one["series"], one["revision"], one["approval"] == "two"
        word = self.plot.word_of(series)
        if word is Word.LEAVE or (second and not two):
            return
        if any(agreed["person"] == OFFICERS[second] for agreed in one["approvals"]):
            return
        act, more = ("reject", {"reason": "台本"}) if word is Word.REFUSE else ("approve", {})
        if word is Word.REFUSE and second:
            return
        path = f"/api/v1/alerts/{series}/{revision}/{act}"
        async with http.post(path, json={"digest": one["digest"], **more}, headers={"X-CSRF-Token": csrf}) as answer:
            text = await answer.text()
            self.decided[f"{act} {answer.status}"] += 1
            if answer.status not in (200, _RENEWED, 404):
                self.faults.append(f"{path}: {answer.status} {text[:200]}")

    async def _features(self, http: aiohttp.ClientSession, path: str) -> list[dict[str, Any]]:
        try:
            async with http.get(path) as answer:
                self.answers[answer.status] += 1
                if answer.status != 200:
                    self.faults.append(f"{path}: {answer.status}")
                    return []
                return [one["properties"] for one in (await answer.json())["features"]]
        except _AWAY as error:
            self.faults.append(f"{path}: {error!r}")
            return []

    async def _hear(self, http: aiohttp.ClientSession, seen: str, seconds: float) -> str:
        headers = {"Last-Event-ID": seen} if seen else {}
        self.streams += 1
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds), http.get("/api/v1/events", headers=headers) as answer:
                self.answers[answer.status] += 1
                async for line in answer.content:
                    if line.startswith(b"id:"):
                        seen = line[3:].strip().decode()
                        self.events += 1
        return seen

    async def _letter(self, address: str) -> str:
        async with asyncio.timeout(_LETTER):
            while True:
                for one in self.stage.outside.smtp.box(address):
                    body = one.get_body(("plain",))
                    text = body.get_content() if body else ""
                    found = re.search(r"https://city\.example(/subscribe/confirm\?t=\S+)", text)
                    if found:
                        return found[1]
                await asyncio.sleep(0.3)

    def _session(self) -> aiohttp.ClientSession:
        patience = aiohttp.ClientTimeout(total=None, sock_connect=30, sock_read=60)
        jar = aiohttp.CookieJar(unsafe=True)  # cookies for 127.0.0.1
        return aiohttp.ClientSession(self.stage.address, cookie_jar=jar, timeout=patience)


async def log_in(http: aiohttp.ClientSession, name: str) -> str:
    """As a browser does; the CSRF token of the session."""
    async with http.get("/login") as answer:
        found = re.search(r'name="csrf" value="([^"]*)"', await answer.text())
    assert found
    form = {"name": name, "password": PASSWORD, "csrf": found[1], "next": "/ops/account"}
    async with http.post("/login", data=form) as answer:
        text = await answer.text()
    found = re.search(r'data-csrf="([^"]*)"', text)
    assert found, f"{name} was not let in: {answer.status}"
    return found[1]
