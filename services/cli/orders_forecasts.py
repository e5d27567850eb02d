"""``shirase orders forecasts FROM TO``: what was forecast of snow and what fell, by who forecast it. Only reads."""

from __future__ import annotations

import argparse
import asyncio
import json
from datetime import timedelta
from typing import Any

from geo.crs import CrsError
from geo.geojson import ProfileError
from geo.model import subjects
from rules.orders.ahead import Forecasting
from rules.orders.came_true import Account, Judging, came_true
from rules.orders.reading import in_force, load_order_rules
from rules.source import RuleError
from services.city import load_layers_and_areas
from services.clock import wall
from services.orders.forecasts import history
from services.settings import Settings, SettingsError, load
from services.store.engine import Store
from services.store.hourly import hourly_means

_BEFORE = timedelta(hours=96)  # of depths, before the first forecast


async def tell(store: Store, args: argparse.Namespace) -> int:
    """A line per issuer and length of its amounts. Raises SettingsError where the profile cannot be read."""
    settings = load(args.settings)
    try:
        ground, how = load_layers_and_areas(settings), _how(settings)
    except (ProfileError, CrsError, RuleError) as error:
        raise SettingsError(str(error)) from error
    async with store.read() as connection:
        known = await history(connection, ground, args.status, (args.start, args.end))
        depths = subjects(ground, frozenset({"snow_depth"}))
        series = await hourly_means(connection, depths, args.status, args.start - _BEFORE, args.end)
    judging = Judging(how=how, reach_cm=args.reach)
    found = await asyncio.to_thread(came_true, known, series, ground, judging, args.end)
    for (issuer, hours), account in sorted(found.items()):
        print(json.dumps(_line(issuer, hours, account), ensure_ascii=False))
    return 0


def _how(settings: Settings) -> Forecasting:
    folder = settings.profile / "orders"
    rules = in_force(load_order_rules(folder), wall()) if folder.is_dir() else None
    return rules.forecast if rules else Forecasting()


def _line(issuer: str, hours: float, one: Account) -> dict[str, Any]:
    foreseen, fallen = ((round(total / one.n, 1) if one.n else None) for total in (one.foreseen, one.fallen))
    return {
        "source": issuer,
        "hours": hours,
        "n": one.n,
        "foreseen_cm": foreseen,
        "fallen_cm": fallen,
        "bias_cm": round((one.foreseen - one.fallen) / one.n, 1) if one.n else None,
        "missing": one.missing,
        "reached": {"hit": one.hit, "false": one.false, "miss": one.miss},
    }
