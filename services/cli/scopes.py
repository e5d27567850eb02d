"""The part of ``shirase users`` that says who may approve what: the options, their check, and how a scope is told."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from fnmatch import fnmatchcase
from typing import Any

from services import board_words
from services.city import StartError, load_places
from services.orders.permission import SCOPE_KINDS
from services.settings import Settings
from services.store.users import Account, Scope

_OPTIONS = ("kinds", "areas", "highest", "evacuation", "break_glass")


class ScopeError(Exception):
    """The options make no scope; the text says why, and what there is to choose from."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of a scope."""
    parser.add_argument(
        "--kinds",
        metavar="KIND,…",
        help="may approve only these kinds of hazard, and of snow orders (order_plow, …; default: any)",
    )
    parser.add_argument(
        "--areas", metavar="CODE,…", help="only these areas, districts or plow sections; plow-* names many"
    )
    parser.add_argument("--highest", type=int, choices=range(1, 6), metavar="1-5", help="only up to this level")
    parser.add_argument("--evacuation", action="store_true", help="evacuation information too")
    parser.add_argument(
        "--break-glass", action="store_true", help="may issue alone in an emergency what takes two persons"
    )


def scope_of(args: argparse.Namespace, settings: Settings) -> Scope | None:
    """The scope that the options say, None where none is given. Raises ScopeError."""
    if not any(getattr(args, name) for name in _OPTIONS):
        return None
    scope = Scope(
        kinds=_listed(args.kinds),
        areas=_listed(args.areas),
        highest=args.highest or 5,
        evacuation=args.evacuation,
        break_glass=args.break_glass,
    )
    kinds = {*board_words.table()["kinds"], *SCOPE_KINDS}
    _check("kind of hazard", [one for one in scope.kinds if one not in kinds], kinds)
    if scope.areas:
        codes = _codes(settings)
        strange = [one for one in scope.areas if not any(fnmatchcase(code, one) for code in codes)]
        _check("area of the profile", strange, codes)
    return scope


def told(account: Account) -> dict[str, Any]:
    """The scope of an account for its line in a list; empty where the role says it all."""
    return {"scope": asdict(account.scope)} if account.scope else {}


def _codes(settings: Settings) -> list[str]:
    try:
        return sorted(area.code for area in load_places(settings).areas)
    except StartError as error:
        raise ScopeError(f"the areas of the profile cannot be read: {error}") from error


def _check(what: str, strange: list[str], known: Any) -> None:
    if strange:
        raise ScopeError(f"no {what}: {', '.join(strange)}; there are {', '.join(known)}")


def _listed(given: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (given or "").split(",") if part.strip())
