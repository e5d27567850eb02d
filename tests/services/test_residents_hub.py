"""A whole hub, its page, a mail server and a push service: from the form to the mail, as a resident lives it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from feeds.status import Status
from rules.alert import Place
from services.app import Hub
from services.channels.push.vapid import new_key
from services.clock import wall
from services.settings import Settings, SettingsError, load
from services.store import alerts, outbox
from services.store.engine import Store
from tests.fakes.push import FakePush
from tests.fakes.smtp import FakeSmtp
from tests.services.conftest import until
from tests.services.making import alert
from tests.services.test_channel_mail import text_of

PROFILE = Path(__file__).parents[2] / "config/morioka"
SETTINGS = """
[web]
base_url = "https://city.example"
[subscriptions]
key = "{key}"
[channels.mail]
host = "127.0.0.1"
port = {port}
security = "none"
sender = "alerts@city.example"
[channels.push]
private_key = "{vapid}"
contact = "mailto:a@city.example"
services = ["127.0.0.1"]
"""


def settings_of(folder: Path, text: str) -> Settings:
    file = folder / "site.toml"
    file.write_text(text)
    return load([file], {"SHIRASE_PROFILE": str(PROFILE), "SHIRASE_DATA_DIR": str(folder), "SHIRASE_PORT": "0"})


async def issue(store: Store, hub: Hub) -> None:
    now = wall()
    one = alert(status=Status.ACTUAL, series="Actual-x", expires=now + timedelta(hours=1), level=4)
    one = replace(one, places=(Place(code="odori", name="大通"),))
    city = await hub._house.city()
    payloads = {name: city.channels[name].render(one) for name in ("mail", "push")}
    async with store.write() as connection:
        await alerts.add_draft(connection, one, payloads, now)
        await alerts.mark_issued(connection, one, now)
        await outbox.add(connection, one, payloads, now, now)


async def test_a_resident_asks_confirms_is_told_and_leaves(tmp_path: Path) -> None:
    smtp, service = FakeSmtp(), FakePush()
    await smtp.start()
    await service.start()
    browser = service.browser()
    settings = settings_of(tmp_path, SETTINGS.format(key="k" * 40, port=smtp.port, vapid=new_key()))
    async with Hub.running(settings, services=("deliver", "web")) as hub, aiohttp.ClientSession(hub.address) as http:
        form = {"address": "taro@example.jp", "language": "ja", "least": "1", "district": "odori"}
        async with http.post("/subscribe", data=form) as answer:
            assert answer.status == 200
        keys = {"p256dh": browser.p256dh, "auth": browser.auth}
        wish = {"districts": [], "topics": ["water"], "least": 3, "language": "en"}
        told = {"subscription": {"endpoint": browser.endpoint, "keys": keys}, "wish": wish}
        async with http.post("/subscribe/push", json=told) as answer:
            assert answer.status == 200, await answer.text()
        await until(lambda: smtp.mails)
        link = re.search(r"https://city\.example(/subscribe/confirm\?t=\S+)", text_of(smtp.mails[0]))
        assert link
        async with http.post(link[1]) as answer:
            assert answer.status == 200
        await issue(hub.store, hub)
        await until(lambda: len(smtp.mails) == 2 and service.shown)
        assert smtp.mails[1]["Subject"].startswith("レベル4") and service.shown[0]["level"] == 4
        leave = smtp.mails[1]["List-Unsubscribe"].strip("<>").removeprefix("https://city.example")
        async with http.post(leave, data={"List-Unsubscribe": "One-Click"}) as answer:
            assert answer.status == 200
    await smtp.stop()
    await service.stop()


def test_a_channel_for_subscribers_needs_their_section(tmp_path: Path) -> None:
    whole = SETTINGS.format(key="k" * 40, port=25, vapid=new_key())
    for text, cure in (
        (whole.replace("[subscriptions]\n", "").replace(f'key = "{"k" * 40}"\n', ""), r"write \[subscriptions\]"),
        (whole.replace('base_url = "https://city.example"\n', ""), r"needs \[web\] base_url"),
        (whole.replace("k" * 40, "short"), "fewer than 32"),
    ):
        with pytest.raises(SettingsError, match=cure) as refused:
            settings_of(tmp_path, text)
        assert "short" not in str(refused.value)
