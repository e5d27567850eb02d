"""The settings of a hub with stand-ins outside, and an officer at the pages of minimal mode, as a browser sends it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from services.settings import Settings, load
from tests.e2e.process import HubProcess
from tests.fakes.linkage import FakeLinkage
from tests.fakes.x import FakeX
from tests.services.web_floor import PASSWORD

GATEWAYS = ("gw1", "jma-relay")
NOTICE = {
    "kind": "flood",
    "level": "4",
    "category": "Met",
    "status": "Exercise",
    "area": "03201",
    "t.ja.event": "洪水",
    "t.ja.headline": "【訓練】北上川があふれるおそれ",
    "t.ja.description": "館坂橋で水位が上がっています。",
    "t.ja.instruction": "川から離れてください。",
    "t.ja.short": "北上川があふれるおそれ。川から離れて。",
}


def settings_of(folder: Path, x: FakeX, linkage: FakeLinkage, database: str = "") -> tuple[Settings, Path]:
    """With a folder for minimal mode beside the data; and the file they stand in."""
    (folder / "hub").mkdir()
    HubProcess(folder / "hub", x, linkage, GATEWAYS, database, more=f"[minimal]\nfolder = '{folder / 'elsewhere'}'\n")
    file = folder / "hub" / "settings.toml"
    return load([file]), file


@dataclass
class Officer:
    """Somebody at a browser without scripts."""

    http: aiohttp.ClientSession

    async def come_in(self, name: str) -> None:
        page = await self.read("/login")
        form = {"name": name, "password": PASSWORD, "next": "/ops", "csrf": field(page, "csrf")}
        assert "最小運転" in await self.send("/login", form)

    async def read(self, path: str) -> str:
        async with self.http.get(path) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.text()

    async def send(self, path: str, form: dict[str, str] | Sequence[tuple[str, str]], status: int = 200) -> str:
        async with self.http.post(path, data=form, headers={"Accept": "text/html"}) as answer:
            text = await answer.text()
            assert answer.status == status, text
            return text

    async def write(self, channels: Sequence[str], **changes: str) -> None:
        """A notice as a draft."""
        empty = await self.read("/ops/alerts/notice")
        fields = {**NOTICE, "expires": field(empty, "expires"), "csrf": field(empty, "csrf"), "do": "draft", **changes}
        await self.send("/ops/alerts/notice", [*fields.items(), *(("channel", name) for name in channels)])

    async def decide(self, act: str, status: int = 200, **more: str) -> str:
        """On the first draft of the page."""
        page = await self.read("/ops")
        named = {name: field(page[page.index(f"/ops/minimal/{act}") :], name) for name in _NAMED}
        return await self.send(f"/ops/minimal/{act}", {**named, **more}, status)


_NAMED = ("csrf", "series", "revision", "digest")


def field(page: str, name: str) -> str:
    """The value that the page gives the first field of this name."""
    found = re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', page)
    assert found, (name, page)
    return found[1]
