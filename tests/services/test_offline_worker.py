"""The service worker as it is served: one for the whole site, and a switch that empties it."""

from __future__ import annotations

import json
import re

import pytest

from services.store.engine import Store
from services.web.offline.worker import PAGES
from tests.services.web_floor import floor

pytestmark = pytest.mark.one_engine


async def test_one_worker_keeps_pages_and_notifies(store: Store) -> None:
    async with floor(store) as running:
        anyone = await running.visitor()
        async with anyone.http.get("/sw.js") as answer:
            text = await answer.text()
            assert answer.headers["Cache-Control"] == "no-cache"
            assert answer.headers["Content-Type"].startswith("text/javascript")
            assert "worker-src 'self'" in answer.headers["Content-Security-Policy"]
        assert "showNotification" in text and "CUT_WORDS = {" in text and "export " not in text
        told = json.loads(text.partition(" = ")[2].partition(";\n")[0])
        assert told["on"] and told["version"].startswith("/static/")
        assert (await anyone.get("/push-worker.js"))[1] == text  # by the name it had before


async def test_it_can_be_switched_off(store: Store) -> None:
    async with floor(store, offline=False) as running:
        text = str((await (await running.visitor()).get("/sw.js"))[1])
        assert not json.loads(text.partition(" = ")[2].partition(";\n")[0])["on"]


async def test_what_may_be_kept_is_the_same_for_everybody(store: Store) -> None:
    """Whatever the worker may keep says itself that it is public, and from when it is."""
    async with floor(store) as running:
        anyone = await running.visitor()
        for path in PAGES[:2]:
            async with anyone.http.get(path) as answer:
                text = await answer.text()
                assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-cache")
                assert re.search(r'<body[^>]*\sdata-now="\d{4}-[^"]+"', text) and "offline/page.js" in text, path
        for path in ("/ops", "/login", "/report", "/api/v1/alerts", "/muster", "/watch", "/callout", "/subscribe/mine"):
            assert path not in PAGES
            async with anyone.http.get(path, allow_redirects=False) as answer:
                assert "sw.js" not in await answer.text()
