"""Messages that are made to break their reader, sent by gateways that send good ones, too."""

from __future__ import annotations

import asyncio
import gzip
import json
import random
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from services.clock import wall
from tests.exercise.telegrams import Warned, telegram
from tests.faults.fault import Fault
from tests.faults.night import Night

RELAY, GATEWAY = ("jma-relay", "telegram"), ("gw2", "meijibashi/water_level")
_WARNED = Warned("盛岡市", "レベル３大雨警報", "03")
_PAUSE = 0.05  # seconds between two


def poison(number: int) -> Mapping[str, tuple[tuple[str, str], bytes]]:
    """By what is wrong with it, who sends it and where, and the bytes; no two numbers make the same bytes."""
    good = telegram(
        "大雨", wall().replace(microsecond=0), f"毒（{number}）。", [Warned("盛岡市", "レベル３大雨警報", "03")]
    )
    laughs = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(9))
    reading = {
        "v": 1,
        "id": f"bad-{number}",
        "station": "meijibashi",
        "quantity": "water_level",
        "value": 1,
        "unit": "m",
    }
    report = "<ReportDateTime>"
    before, _, rest = good.partition(report)
    at, _, after = rest.partition("<")
    return {
        "huge": (RELAY, f"<Report>{number}{'x' * 900_000}</Report>".encode()),
        "deep": (RELAY, f"<a n='{number}'>".encode() + b"<a>" * 100_000),
        "entities in entities": (RELAY, f"<!DOCTYPE a [<!ENTITY a0 'ha'>{laughs}]><a>{number}&a9;</a>".encode()),
        "a file as entity": (
            RELAY,
            f"<!DOCTYPE a [<!ENTITY f SYSTEM 'file:///etc/passwd'>]><a>{number}&f;</a>".encode(),
        ),
        "zip bomb": (RELAY, gzip.compress(b"%d" % number + b"\0" * 30_000_000)),
        "NUL in XML": (RELAY, good.replace("毒", "毒\0").encode()),
        "another charset than it says": (RELAY, good.encode("shift_jis", "replace")),
        "cut off": (RELAY, good.encode()[: len(good) // 2]),
        "a time that is none": (RELAY, f"{before}{report}{at[:11]}25:61:00+09:00<{after}".encode()),
        "deep JSON": (GATEWAY, b"[" * 100_000 + b"%d" % number + b"]" * 100_000),
        "NUL in JSON": (GATEWAY, json.dumps({**reading, "id": f"bad\0{number}", "time": wall().isoformat()}).encode()),
        "two times at once": (GATEWAY, json.dumps({**reading, "time": "2026-02-30T25:00:00+09:00"}).encode()),
        "no number": (GATEWAY, json.dumps({**reading, "value": "1e999", "time": wall().isoformat()}).encode()),
    }


@asynccontextmanager
async def poisoned(night: Night, _chance: random.Random) -> AsyncIterator[None]:
    """All of them over and over, as long as it lasts."""

    async def each() -> None:
        for (gateway, topic), payload in poison(len(night.ledger.bad)).values():
            await night.send(gateway, topic, payload)
            night.ledger.bad.append(payload)
            await asyncio.sleep(_PAUSE)

    async def go_on() -> None:
        while True:
            await each()

    await each()
    task = asyncio.create_task(go_on())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


POISON = (Fault("poisoned messages among the good ones", poisoned, 15.0),)
