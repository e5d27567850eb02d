"""The examination, part by part. A part that cannot be looked at is a finding itself, and the others go on."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import aiohttp
from cryptography import x509
from sqlalchemy.exc import SQLAlchemyError

from feeds.status import Status
from services import alone
from services.clock import wall
from services.doctor import line
from services.doctor import store as of_store
from services.doctor.broker import broker
from services.doctor.finding import Finding, Grade
from services.doctor.machine import certificate, machine
from services.line import SERVICES
from services.outgoing.reach import open_to
from services.outgoing.session import open_session
from services.settings import Settings
from services.store import hazards, processes, selftests, standing
from services.store.engine import Store, StoreError

_PATIENCE = aiohttp.ClientTimeout(total=8)
_FEEDS_OFF = timedelta(seconds=5)


async def examine(settings: Settings, secrets: dict[str, object]) -> list[Finding]:
    """Everything but the profile, which ``shirase check`` reads. ``secrets``: its finding on the settings' files."""
    open_to(settings.outgoing.reach)
    found = [*machine(settings, secrets), *_certificates(settings, wall())]
    found += await _of_store(settings)
    found += [one async for one in broker(settings)]
    found += await _clock_of_feeds(settings)
    return found


def _certificates(settings: Settings, now: datetime) -> list[Finding]:
    told = {"[signing]": settings.signing.certificate} if settings.signing else {}
    if file := settings.web.certificate:
        try:
            told["[web] certificate"] = file.read_text(encoding="ascii")
        except (OSError, ValueError):
            told["[web] certificate"] = ""
    found: list[Finding] = []
    for of, pem in told.items():
        try:
            until = x509.load_pem_x509_certificate(pem.encode()).not_valid_after_utc
        except ValueError:
            cure = "docs/security.md"
            found.append(
                Finding("certificate", Grade.BROKEN, "証明書を読めません", "The certificate cannot be read", cure, of)
            )
        else:
            found += certificate(of, until, now)
    return found


async def _of_store(settings: Settings) -> list[Finding]:
    try:
        store = await Store.look(settings.database_url)
    except StoreError as error:
        folders = alone.folders(settings, SERVICES)  # none: only the store knows who runs
        return [of_store.away(error), *([line.down()] if folders and not _lives(folders) else [])]
    try:
        return await _looked(store, settings)
    except (SQLAlchemyError, OSError) as error:
        return [of_store.away(error)]
    finally:
        await store.close()


async def _looked(store: Store, settings: Settings) -> list[Finding]:
    now = at = wall()  # hub time is wall time but in an exercise, which has caught up or will
    async with store.read() as connection:
        seen = await standing.look(connection, now)
        found = [*await of_store.whole(connection, seen), *of_store.standing(seen, at), *line.waits(seen)]
        reports = await processes.others(connection, "", at) if store.shared else []
        held = list((await hazards.current(connection, Status.ACTUAL)).values())
        kept = await selftests.newest(connection)
    running = bool(reports) if store.shared else _lives(alone.folders(settings, SERVICES))
    found += line.tried(kept, settings.channels)
    if not running:
        return [*found, line.down()]
    found += line.processes(settings, reports) if store.shared else line.told(await _complaints(settings))
    return [*found, *line.runs(seen, at), *line.feeds(seen, settings, now), *line.equipment(held)]


def _lives(folders: Sequence[Path]) -> bool:
    """True where a hub holds any of its folders."""
    return any(alone.is_held(folder) for folder in folders)


async def _complaints(settings: Settings) -> Sequence[str]:
    """What `/readyz` of the hub on this machine says. That it does not answer is one too."""
    if not settings.web.port:
        return ()
    scheme = "https" if settings.web.certificate else "http"
    address = f"{scheme}://127.0.0.1:{settings.web.port}/readyz"
    try:
        async with open_session(_PATIENCE) as session, session.get(address, ssl=False) as answer:
            return list((await answer.json()).get("reasons", []))
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        return [f"ページが答えません（the pages do not answer at {address}: {type(error).__name__}）"]


async def _clock_of_feeds(settings: Settings) -> list[Finding]:
    """What time the servers say it is whom we ask anyway, and whether they answer."""
    if settings.poll is None:
        return []
    url = f"{settings.poll.base}{settings.poll.feeds[0]}.xml"
    try:
        async with open_session(_PATIENCE) as session, session.head(url, allow_redirects=False) as answer:
            await asyncio.sleep(0)
            theirs = parsedate_to_datetime(answer.headers.get("Date", ""))
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        return [
            Finding(
                "feed_away",
                Grade.BROKEN,
                f"気象庁の電文の置き場につながりません（{type(error).__name__}）",
                f"The forecaster's server cannot be reached ({type(error).__name__})",
                "docs/observability.md#shirasefeedsilent",
                about=url,
            )
        ]
    except ValueError:
        return []  # it does not say what time it is
    off = wall() - theirs
    return [of_store.clock_off("feeds", off)] if theirs.tzinfo and abs(off) > _FEEDS_OFF else []
