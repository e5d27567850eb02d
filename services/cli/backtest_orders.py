"""``shirase backtest FROM TO --orders RULES``: a winter decided over again by order rules, cities side by side."""

from __future__ import annotations

import argparse
import json
from contextlib import AbstractAsyncContextManager
from datetime import time
from typing import Any

from feeds.status import Status
from geo.plow.reading import read_drawn
from rules.orders.winter import Practice
from services.backtest.winter import AskedWinter, rules_of, told
from services.city import load_layers_and_areas
from services.ledger.fairness import streets
from services.settings import Settings
from services.store.engine import Store

_PRACTICE = Practice()


def add_options(parser: Any) -> None:
    """The options of a winter, on the parser of ``backtest``."""
    group = parser.add_argument_group("a winter by order rules")
    help_ = "an id of the city's orders/, or a file such as config/orders/hirosaki.toml; may be repeated"
    group.add_argument("--orders", action="append", default=[], metavar="RULES", help=help_)
    group.add_argument("--deep", type=_above_0, default=_PRACTICE.deep_cm, metavar="CM", help="that is deep snow")
    group.add_argument("--by", type=time.fromisoformat, default=_PRACTICE.by, metavar="HH:MM", help="of the morning")
    group.add_argument("--round-hours", type=_above_0, default=_PRACTICE.round_h, metavar="H")
    group.add_argument("--machine-km-h", type=_above_0, default=_PRACTICE.machine_km_h, metavar="KM")
    group.add_argument("--yen-an-hour", type=int, default=_PRACTICE.yen_an_hour, metavar="YEN")


async def tell(args: argparse.Namespace, settings: Settings, records: AbstractAsyncContextManager[Store]) -> None:
    """Print every line. Raises RuleError, ProfileError, CrsError, StoreError, OSError."""
    asked = AskedWinter(
        start=args.start,
        end=args.end,
        status=Status(args.status),
        rules=rules_of(args.orders, settings.profile / "orders"),
        practice=Practice(
            round_h=args.round_hours,
            deep_cm=args.deep,
            by=args.by.replace(minute=0, second=0, tzinfo=None),
            machine_km_h=args.machine_km_h,
            yen_an_hour=args.yen_an_hour,
        ),
        summary=args.summary,
    )
    ground = load_layers_and_areas(settings)
    own = streets(read_drawn(settings.profile, settings.data_dir / "network", ground.areas).segments)
    async with records as store:
        async for line in told(asked, store, ground, own):
            print(json.dumps(line, ensure_ascii=False), flush=True)


def _above_0(text: str) -> float:
    found = float(text)
    if not 0 < found < 1e6:
        raise argparse.ArgumentTypeError(f"{text!r} must be more than 0")
    return found
