"""Is the broker there, does it let us in and hear us, and how long is its certificate valid?"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

from services.broker.link import Link
from services.broker.login import DeniedError, LinkError, Login
from services.broker.probe import valid_until
from services.broker.rights import HUB_USER
from services.channels.mqtt.setting_up import city_login
from services.clock import wall
from services.doctor.finding import Finding, Grade
from services.doctor.machine import certificate
from services.ingest import Ingest
from services.settings import Settings

_PATIENCE = 10.0  # seconds


async def broker(settings: Settings) -> AsyncIterator[Finding]:
    """Of the city's broker, or of our own where a hub runs one."""
    login = city_login(settings.broker) if settings.broker else _own(settings.data_dir)
    if login is None:
        yield _away("内蔵ブローカーの場所が分かりません", "Our own broker has not told where it is", "shirase serve")
        return
    try:
        refused = await _ask(login)
    except DeniedError as error:
        yield Finding(
            "broker_denied",
            Grade.BROKEN,
            f"ブローカーがハブを入れません（{error}）",
            f"The broker does not let the hub in ({error})",
            "docs/broker.md; shirase gateways export",
            about=f"{login.host}:{login.port}",
        )
    except (LinkError, TimeoutError) as error:
        yield _away(
            f"ブローカーにつながりません（{error}）", f"The broker cannot be reached ({error})", "docs/broker.md"
        )
    else:
        if refused:
            yield Finding(
                "broker_rights",
                Grade.BROKEN,
                "ブローカーがハブに購読を許しません。センサーの値が届きません",
                "The broker does not let the hub subscribe: no sensor is heard",
                "shirase gateways export",
                about=", ".join(refused),
            )
    if login.ca and (until := await valid_until(login)):
        for one in certificate(f"{login.host}:{login.port}", until, wall()):
            yield one


def _away(ja: str, en: str, cure: str) -> Finding:
    return Finding("broker_away", Grade.BROKEN, ja, en, cure)


def _own(data_dir: Path) -> Login | None:
    """The embedded broker, as its folder tells it; None where none was ever started."""
    folder = data_dir / "broker"
    try:
        told = json.loads((folder / "address.json").read_text(encoding="utf-8"))
        password = (folder / "hub.password").read_text(encoding="utf-8").strip()
        return Login(host=told["host"], port=int(told["port"]), client_id="", user=HUB_USER, password=password)
    except (OSError, ValueError, KeyError, TypeError):
        return None


async def _ask(login: Login) -> list[str]:
    """Filters that are refused. Raises LinkError, TimeoutError. The session ends with us."""
    answers: dict[str, bool] = {}
    told = asyncio.Event()

    def granted(topic: str, allowed: bool) -> None:
        answers[topic] = allowed
        told.set()

    asking = replace(login, client_id=f"shirase-doctor-{secrets.token_hex(4)}", durable=False)
    link = Link(asking, 1, wall, lambda _: None, granted)
    async with asyncio.timeout(_PATIENCE):
        await link.open()
        try:
            # What is heard live would be news to nobody here: a filter below ours, that no gateway uses.
            link.subscribe([f"{Ingest.FILTERS[0].removesuffix('#')}doctor/none"])
            await told.wait()
        finally:
            await link.close()
    return [topic for topic, allowed in answers.items() if not allowed]
