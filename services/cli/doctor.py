"""``shirase doctor``: what is wrong, how bad it is, what to do; beside a running hub, or without one."""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from services.settings import Settings, SettingsError, load

if TYPE_CHECKING:
    from services.doctor.finding import Finding


def register(commands: Any) -> None:
    """Add the command to the argparse sub-parsers."""
    parser = commands.add_parser("doctor", help="what is wrong with this hub, and what to do")
    parser.add_argument("--settings", type=Path, action="append", default=[], help="a TOML file over the profile")
    parser.add_argument("--json", action="store_true", help="a JSON line per finding, in place of text")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit 0: nothing found; 1: warnings; 2: something is broken."""
    from services.doctor.finding import worst

    found = sorted(_found(args.settings), key=lambda one: -one.grade)
    for one in found:
        if args.json:
            print(json.dumps(one.as_json(), ensure_ascii=False))
        else:
            print("\n".join(one.lines()))
    if not (found or args.json):
        print("異常は見つかりませんでした / Nothing is wrong")
    return worst(found)


def _found(files: list[Path]) -> list[Finding]:
    from services.cli.check_secrets import secret_finding
    from services.doctor.examine import examine
    from services.doctor.finding import Finding, Grade

    try:
        settings = load(files)
    except SettingsError as error:
        words = "設定を読めません", "The settings cannot be read"
        return [Finding("settings", Grade.BROKEN, *words, "shirase check", about=str(error))]
    secrets = secret_finding(settings, files)
    return [*_of_profile(settings), *asyncio.run(examine(settings, secrets))]


def _of_profile(settings: Settings) -> Iterator[Finding]:
    """What ``shirase check`` finds: areas, layers, rules, channels, the base map."""
    from feeds.mapping import MappingError
    from services.city import StartError
    from services.cli.check import parts
    from services.doctor.finding import Finding, Grade
    from services.store.engine import StoreError

    try:
        for part in parts(settings):
            if not part.get("ok", True):
                why = part.get("message") or part.get("error") or part.get("cure") or ""
                words = f"設定の一部が使えません：{why}", f"A part of the settings cannot be used: {why}"
                yield Finding("profile_part", Grade.WARNING, *words, "shirase check", about=str(part["part"]))
    except (StartError, StoreError, MappingError, SettingsError) as error:
        words = f"このままではハブが始まりません：{error}", f"The hub cannot start like this: {error}"
        yield Finding("profile", Grade.BROKEN, *words, "shirase check")
