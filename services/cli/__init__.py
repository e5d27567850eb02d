"""Commands. Each module registers itself: ``register(commands)`` adds a sub-parser whose ``run(args)`` does the work.

JSON lines on stdout, messages on stderr; exit 0 fine, 1 the work found faults, 2 wrong usage.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Iterable, Sequence
from typing import Any

# Modules are imported when their command is wanted: `shirase users list` must not wait for geopandas.
COMMANDS = {
    "serve": "run the hub",
    "check": "validate settings, rules, layers and channels",
    "doctor": "what is wrong with this hub, and what to do",
    "decode": "bytes to records",
    "cap": "check CAP documents, watch a CAP feed",
    "rules": "check and test rules",
    "backtest": "what models and rules would have sent in the past",
    "model": "run one model over a series",
    "verify": "how good forecasts are, on data they have not seen",
    "train": "learn a river model from the hub's own store",
    "layers": "import, list and ask hazard layers",
    "basemap": "the map under everything: make it from downloaded files",
    "fixes": "positions of vehicles: clean traces",
    "network": "the roads and sidewalks that are plowed",
    "ledger": "machine hours of snow removal: daily report, month-end sheets",
    "fairness": "how long streets wait for the first pass, by class and section",
    "orders": "snow orders: list them, show one, and what is decided of each section",
    "crimes": "street crime of the police's open data, as numbers",
    "why": "why a hazard was, or was not, told",
    "alerts": "list and show alerts, draft a cancellation",
    "reports": "what people and police sent: list, show, judge",
    "damage": "damage of disasters: list, enter, what it comes to",
    "culling": "emergency culling: open cases, one case as its record",
    "story": "one alert: readings, hazards, rule, approvals, payloads, receipts",
    "trace": "one id through the logs, from the reading to the post",
    "official": "what official warnings were in force at an instant",
    "budget": "what sending costs, and what the winter will",
    "outage": "when channels were down: what was sent late, and what never",
    "reporters": "contacts of senders: look at one, seal all under a new key",
    "privacy": "what is held of a person: find, export, erase; does it hold; copies of the store",
    "retention": "what is kept how long, and what is due to go",
    "archive": "open data by day and month, as files to download",
    "backup": "a copy of the whole store as one file, while the hub runs",
    "restore": "a copy back into an empty store, on either engine",
    "minimal": "warn the city while the store is lost, and bring what was done into it afterwards",
    "selftest": "a test message through every channel, with receipts",
    "render": "the exact payload of a channel",
    "replay": "publish recorded messages to a broker",
    "users": "who may log in",
    "tokens": "by what programs come in",
    "staff": "the staff directory for musters: import, list, remove, export a person",
    "subscribers": "how many residents are told",
    "secrets": "make a key and write it to a file",
    "gateways": "who may publish, and the broker's files",
    "callout": "calls of staff: list, take, and try the roster",
    "watch": "people who are watched over: register, consent, supporters, devices, who looked",
    "quarantine": "what could not be decoded, and reading it again",
}


def parser_of(wanted: Iterable[str]) -> argparse.ArgumentParser:
    """The whole command line; of the commands that are wanted with everything below them, of the others the name."""
    parser = argparse.ArgumentParser(prog="shirase", description="City information hub for snow and disaster.")
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, summary in COMMANDS.items():
        if name in wanted:
            importlib.import_module(f"services.cli.{name}").register(commands)
        else:
            commands.add_parser(name, help=summary)
    return parser


class _Version(argparse.Action):
    """Looked up when it is asked for: no other command's start waits for it."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        from importlib.metadata import version

        print(f"shirase {version('shirase')}")
        parser.exit()


def run(arguments: Sequence[str]) -> int:
    """Parse and run one command."""
    wanted = next((word for word in arguments if not word.startswith("-")), "")
    args = parser_of({wanted}).parse_args(arguments)
    try:
        return int(args.run(args))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of a pipe had enough, e.g. `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
