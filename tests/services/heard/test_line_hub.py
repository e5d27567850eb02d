"""A whole hub with an account: from a delivery to the answer, by its own settings and loops."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from services.app import Hub
from services.settings import SettingsError
from tests.fakes.line import FakeLine
from tests.services.conftest import until
from tests.services.heard.test_line_talk import USER, place, press
from tests.services.test_residents_hub import settings_of

pytestmark = pytest.mark.one_engine
SETTINGS = """
[web]
base_url = "https://city.example"
[reports]
public = true
[line]
channel_secret = "{secret}"
token = "{token}"
url = "{url}"
data_url = "{url}"
path = "/line/from-line"
"""


async def test_a_bear_by_line_reaches_the_queue_and_its_sender_the_link(tmp_path: Path) -> None:
    line = FakeLine()
    await line.start()
    settings = settings_of(tmp_path, SETTINGS.format(secret=line.secret, token=line.token, url=line.url))
    async with Hub.running(settings, services=("deliver", "web")) as hub:
        told = [line.said(USER, one) for one in (press("kind=bear"), place(141.15, 39.7), press("do=send"))]
        assert await line.deliver(f"{hub.address}/line/from-line", *told) == 200
        await until(lambda: len(line.replies) == 3)
        assert re.search(r"https://city\.example/report/[A-Za-z0-9_-]{43}", line.replies[-1][-1]["text"])
    await line.stop()


def test_the_settings_say_what_is_missing(tmp_path: Path) -> None:
    whole = SETTINGS.format(secret="s" * 32, token="t", url="https://api.line.me")
    for text, cure in (
        (whole.replace('base_url = "https://city.example"\n', ""), r"base_url and \[reports\] public"),
        (whole.replace("public = true", ""), r"base_url and \[reports\] public"),
        (whole.replace("s" * 32, "short"), "32 characters"),
        (whole.replace("/line/from-line", "/ops/line"), "use /line/webhook"),
        (whole.replace("/line/from-line", "/"), "path"),
    ):
        with pytest.raises(SettingsError, match=cure) as refused:
            settings_of(tmp_path, text)
        assert "short" not in str(refused.value)
