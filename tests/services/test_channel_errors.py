"""The table of errors in docs/channels.md, cell by cell: what each service's refusals mean, tried on its stand-in."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.channels.channel import Outcome, Verdict
from services.channels.registry import renderer
from tests.fakes.linkage import Trouble
from tests.fakes.served import Order
from tests.services.test_channel_contract import FAKES, OVER_HTTP, Rig, sent

_PAUSE = timedelta(minutes=7)
_DOCS = Path(__file__).parents[2] / "docs/channels.md"


def _table() -> dict[str, dict[str, str]]:
    """Channel → error → what it means."""
    lines = _DOCS.read_text(encoding="utf-8").split("<!-- errors -->\n")[1].split("\n\n")[0].splitlines()
    heads, _, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {row[0].strip("`"): dict(zip(heads[1:], row[1:], strict=True)) for row in rows}


TABLE = _table()


def _limited(name: str, fake: Any, at: datetime) -> None:
    """Too often, and when to come back, as each service says it."""
    seconds = str(int(_PAUSE.total_seconds()))
    epoch = str(int(at.timestamp()))
    usage = json.dumps({"1029384756": [{"estimated_time_to_regain_access": _PAUSE.total_seconds() / 60}]})
    match name:
        case "x":
            told = {"limit": "100", "remaining": "0", "reset": epoch}
            fake.fail_posts(429, headers={f"x-rate-limit-{word}": value for word, value in told.items()})
        case "linkage":
            fake.fail_next(1, 429, retry_after=seconds)
        case "mastodon":
            fake.order(Order(status=429, headers={"X-RateLimit-Reset": at.isoformat()}))
        case "bluesky":
            fake.order(Order(status=429, headers={"RateLimit-Reset": epoch}))
        case "facebook":
            body = {"error": {"code": 32, "message": "Page request limit reached"}}
            fake.order(Order(status=403, headers={"X-Business-Use-Case-Usage": usage}, body=body))
        case _:
            fake.order(Order(status=429, headers={"Retry-After": seconds}))


def _silent(name: str, fake: Any) -> None:
    match name:
        case "x":
            fake.hang_posts()
        case "linkage":
            fake._troubles.append(Trouble(stored=True, hang_s=0.6))
        case _:
            fake.order(Order(stored=True, hang_s=0.6))


async def _once(rig: Rig, fake: Any, error: str) -> tuple[Outcome, int]:
    """One attempt that meets the error, and how many have it then."""
    payload, changes = renderer(rig.name).render(rig.says()), dict[str, Any]()
    match error:
        case "429, with a time":
            _limited(rig.name, fake, datetime.now(UTC) + _PAUSE)
        case "silence after sending":
            _silent(rig.name, fake)
            changes = {"timeout_s": 0.25}
        case "no connection":
            await fake.stop()
        case "the same again":
            await sent(rig.build(), payload)
        case status:
            assert rig.fail
            rig.fail(int(status))
    return await sent(rig.build(**changes), payload), rig.published()


def test_the_table_has_every_channel_that_speaks_http() -> None:
    assert sorted(TABLE) == OVER_HTTP


@pytest.mark.parametrize("name", OVER_HTTP)
async def test_each_error_means_what_the_table_says(name: str) -> None:
    found, make, rigged = {}, *FAKES[name]
    for error, means in TABLE[name].items():
        if means == "–":
            found[error] = means
            continue
        fake = make()
        await fake.start()
        rig = rigged(fake)
        outcome, published = await _once(rig, fake, error)
        there = error in ("silence after sending", "the same again")
        assert published == there, f"{error}: {outcome}"
        assert not [secret for secret in rig.secrets if secret in f"{outcome}"]
        found[error] = outcome.verdict.value + (", then" if _waits(rig, outcome) else "")
        await fake.stop()
    assert found == TABLE[name]


def _waits(rig: Rig, outcome: Outcome) -> bool:
    """True where the next attempt waits for the time that was named; people that are told one by one have their own."""
    at = rig.book.said[1].retry_at if rig.book and 1 in rig.book.said else outcome.retry_at
    if at is None:
        return False
    assert outcome.verdict is Verdict.LATER
    assert abs(at - datetime.now(UTC) - _PAUSE) < timedelta(seconds=10)
    return True
