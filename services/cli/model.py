"""``shirase model NAME``: one model of the field over a series in a CSV file, for people who check our figures."""

from __future__ import annotations

import argparse
import csv
import json
import sys
from pathlib import Path
from typing import Any

from services.calculations.registry import CALCULATIONS
from services.calculations.table import InputError, settings


def register(commands: Any) -> None:
    parser = commands.add_parser("model", help="run one model over a series, CSV in and out")
    parser.add_argument("name", metavar="NAME", choices=sorted(CALCULATIONS), help=", ".join(sorted(CALCULATIONS)))
    parser.add_argument("--input", type=Path, required=True, metavar="FILE.csv")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="a parameter; may be repeated")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """CSV with a header on stdout; exit 1 with the place and the cure on stderr where the input cannot be used."""
    try:
        rows = list(CALCULATIONS[args.name](args.input, settings(args.set)))
    except InputError as error:
        told = {"error": "bad_input", "message": str(error), "at": error.at}
        print(json.dumps(told, ensure_ascii=False), file=sys.stderr)
        return 1
    if rows:
        writer = csv.DictWriter(sys.stdout, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return 0
