"""``shirase train river``: learn the city's rivers from the hub's own store; only what is better is taken into use."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, datetime, time
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from feeds.instant import instant
from feeds.japan import JAPAN
from geo.river.forecast import RiverModel
from geo.river.learning import TooLittleError
from geo.river.levels import Levels
from geo.river.model_file import ModelFileError
from geo.river.training import Past, learned_from
from geo.river.trial import Trial, tried
from services import adoption
from services.adoption import Stations
from services.city import StartError, load_places
from services.clock import wall
from services.promotion import promote, tell
from services.river_model import in_use, own_file
from services.river_past import past
from services.settings import Settings, SettingsError, load
from services.store import stations
from services.store.engine import Store, StoreError

_NAMES = {"in_use": "the model in use", "extrapolation": "extrapolation"}


def register(commands: Any) -> None:
    parser = commands.add_parser("train", help="learn a river model from the hub's own store")
    parser.add_argument("what", choices=["river"])
    parser.add_argument("--from", dest="since", type=_time, metavar="DATE", help="of levels; default: the first known")
    parser.add_argument("--until", type=_time, metavar="DATE", help="default: now")
    parser.add_argument("--settings", type=Path, action="append", default=[], help="a TOML file over the profile")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """A JSON line a lead and one of the verdict on stdout. Exit 1: nothing new is in use, and why."""
    try:
        return asyncio.run(_run(load(args.settings), args.since, args.until or wall()))
    except (SettingsError, StartError) as error:
        return _refuse("bad_settings", error)
    except StoreError as error:
        return _refuse("no_store", error)
    except TooLittleError as error:
        return _refuse("too_little", error)
    except OSError as error:
        return _refuse("not_written", error)


async def _run(settings: Settings, since: datetime | None, until: datetime) -> int:
    store = await Store.open(settings.database_url)
    try:
        levels = await _past(store, settings, since, until)
        if levels is None:
            raise TooLittleError("the store has no level of any river gauge in this time")
        whole = Past.of(levels)
        trial = tried(whole.weeks, _in_use(settings))
        for line in _scores(trial):
            _tell(line)
        if trial.worse:
            _tell(_verdict(trial))
            return _refuse("worse", f"a new model would be worse than {_NAMES[trial.against]}, which stays in use")
        model = learned_from(whole, trial, wall(), version("shirase"))
        return await _promote(store, own_file(settings), model, trial)
    finally:
        await store.close()


def _in_use(settings: Settings) -> RiverModel | None:
    try:
        return in_use(settings)
    except ModelFileError as error:
        print(f"the model in use counts for nothing: {error}", file=sys.stderr)
        return None


async def _past(store: Store, settings: Settings, since: datetime | None, until: datetime) -> Levels | None:
    ground = load_places(settings)
    assert isinstance(ground.stations, Stations)
    async with store.read() as connection:
        ground.stations.adopt(adoption.known(await stations.everyone(connection), ground.areas))
        return await past(connection, ground.stations, since, until)


async def _promote(store: Store, file: Path, model: RiverModel, trial: Trial) -> int:
    promote(model, file)
    _tell({**_verdict(trial), "file": str(file)})
    try:
        await tell(store, model, trial, wall())
    except SQLAlchemyError as error:
        print(f"in use, but not in the chronology: {error}", file=sys.stderr)
    return 0


def _verdict(trial: Trial) -> dict[str, Any]:
    crps, brier = (round(one, 4) for one in trial.ratios)
    return {"promoted": not trial.worse, "against": trial.against, "crps_ratio": crps, "brier_ratio": brier}


def _scores(trial: Trial) -> Iterator[dict[str, Any]]:
    for lead, scores in trial.scores.items():
        yield {
            "lead_h": lead,
            "rows": trial.rows[lead],
            **{name: {key: round(value, 5) for key, value in asdict(one).items()} for name, one in scores.items()},
        }


def _time(text: str) -> datetime:
    """A date is its midnight in Japan."""
    try:
        return (
            datetime.combine(date.fromisoformat(text), time(), JAPAN)
            if len(text) == len("2026-01-15")
            else instant(text)
        )
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{error}; or a date such as 2026-01-15") from None


def _tell(line: dict[str, Any]) -> None:
    print(json.dumps(line, ensure_ascii=False), flush=True)


def _refuse(code: str, why: object) -> int:
    print(json.dumps({"error": code, "message": str(why)}, ensure_ascii=False), file=sys.stderr)
    return 1
