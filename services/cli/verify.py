"""``shirase verify``: how good forecasts are. Of the past by ``river``, of the hub that runs by ``live``."""

from __future__ import annotations

from typing import Any

from services.cli import verify_live, verify_river


def register(commands: Any) -> None:
    """Add the command to the argparse sub-parsers."""
    parser = commands.add_parser("verify", help="how good forecasts are, beside persistence and extrapolation")
    what = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    verify_river.register(what)
    verify_live.register(what)
