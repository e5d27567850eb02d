"""The browser, and the night it looks at. Without chromium these tests are skipped, and fail in CI."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, async_playwright

from tests.conftest import missing
from tests.e2e.browser import CHROMIUM, FLAGS, context_options, log_in
from tests.e2e.scene import NIGHT, Scene, scene
from tests.fakes.linkage import FakeLinkage, Received
from tests.fakes.x import FakeX, Post


@dataclass(frozen=True)
class Played:
    """The night, played once: every test gets a copy."""

    folder: Path
    outside: tuple[FakeX, FakeLinkage]
    posts: list[Post]
    received: list[Received]


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    folder = tmp_path_factory.mktemp("night")

    async def play() -> Played:
        async with scene(folder) as made:
            await made.play(NIGHT)
            await made.person("sato")
            await made.person("suzuki")
            return Played(folder, (made.x, made.linkage), list(made.x.posts), list(made.linkage.received))

    with ThreadPoolExecutor(1) as apart:  # its own thread: the test's event loop is not ours to touch
        return apart.submit(asyncio.run, play()).result()


@pytest.fixture
async def night(played: Played, tmp_path: Path) -> AsyncIterator[Scene]:
    """Eight minutes to three; two drafts wait."""
    shutil.copytree(played.folder, tmp_path / "night")
    x, linkage = played.outside
    x.posts, linkage.received = list(played.posts), list(played.received)
    async with scene(tmp_path / "night", at=NIGHT, outside=played.outside) as made:
        yield made


@pytest.fixture
async def dawn(tmp_path: Path) -> AsyncIterator[Scene]:
    """The beginning: nothing has happened."""
    async with scene(tmp_path / "dawn") as made:
        await made.person("sato")
        yield made


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    if CHROMIUM is None:
        missing("no chromium here: install the distribution's package, or set CHROMIUM to its path")
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        await started.close()


@dataclass
class Visit:
    """A browser window, and everything it complained about."""

    page: Page
    scene: Scene
    faults: list[str]
    strangers: list[str]

    async def map_ready(self, name: str = "sato") -> None:
        """Log in and wait until the map stands."""
        await log_in(self.page, name)
        await self.page.wait_for_function("() => document.body.dataset.map === 'ready'", timeout=30_000)

    def check(self) -> None:
        """Nothing was logged as an error, and no request left the server."""
        assert self.faults == []
        assert self.strangers == []


async def visit(browser: Browser, made: Scene, **options: object) -> tuple[Visit, BrowserContext]:
    """A fresh window on the scene."""
    context = await browser.new_context(**{**context_options(made.url), **options})
    page = await context.new_page()
    found = Visit(page, made, [], [])
    here = urlsplit(made.url).netloc
    page.on("console", lambda said: found.faults.append(said.text) if _complaint(said) else None)
    page.on("pageerror", lambda error: found.faults.append(str(error)))
    page.on("request", lambda asked: _note(found, asked.url, here))
    return found, context


def _complaint(said: ConsoleMessage) -> bool:
    """Errors, and warnings other than the map library's hint that it reads its own canvas."""
    return said.type == "error" or (said.type == "warning" and not said.text.startswith("Canvas2D"))


def _note(found: Visit, url: str, here: str) -> None:
    parts = urlsplit(url)
    if parts.scheme in {"http", "https", "ws", "wss"} and parts.netloc != here:
        found.strangers.append(url)
