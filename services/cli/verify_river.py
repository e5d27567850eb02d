"""``shirase verify river``: learn on some rivers, foretell others, and say how good that was beside two baselines."""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from feeds.instant import iso_utc
from geo.river.forecast import LEADS, RiverModel
from geo.river.levels import Levels
from geo.river.rows import rows
from geo.river.verification import Issued, issue, scores, tried
from geo.verification.hindsight import hindsight
from services.cli.river_files import RiverFileError, read_gauges, read_levels, training_periods
from services.cli.verify_report import write_report

_ABOVE_NORMAL = 2.0  # metres: the threshold of every gauge, where none is set by law
_HEAD = ["issued_at", "station", "lead_h", "level_mm", "threshold_mm", "p_exceed", "warn", "q10", "q50", "q90"]
_LONGEST = 24  # hours


def register(commands: Any) -> None:
    """Add ``river`` to the sub-parsers of ``verify``."""
    parser = commands.add_parser("river", help="a model learned now, on floods it has not seen")
    parser.add_argument("--levels", type=Path, required=True, help="CSV: time_utc and a column of millimetres a gauge")
    parser.add_argument("--stations", type=Path, required=True, help="CSV: station, river, median_mm")
    parser.add_argument("--train", type=Path, required=True, help="folder with levels_*.csv and stations_*.csv")
    parser.add_argument("--leads", type=_leads, default=LEADS, help="hours, such as 1,2,3,6")
    parser.add_argument("--forecasts", type=Path, help="write every forecast here, CSV")
    parser.add_argument("--report", type=Path, help="write reliability and lead times here, .json or .md")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """A JSON line a lead on stdout; exit 1 with the place and the cure on stderr where a file cannot be used."""
    from geo.river.learning import TooLittleError, learned  # only who learns pays for the library

    try:
        gauges = read_gauges(args.stations)
        levels = read_levels(args.levels, gauges)
        periods = training_periods(args.train, gauges)
        leads = {lead: learned(rows(periods, lead)) for lead in args.leads}
    except (RiverFileError, TooLittleError) as error:
        print(json.dumps({"error": "bad_input", "message": str(error)}, ensure_ascii=False), file=sys.stderr)
        return 1
    model = RiverModel(leads=leads)
    issued = issue(model, levels, {code: gauge.normal + _ABOVE_NORMAL for code, gauge in gauges.items()})
    for one in issued:
        print(json.dumps(scores([tried(one, levels)])), flush=True)
    if args.forecasts:
        _write(args.forecasts, issued, levels)
    if args.report:
        write_report(args.report, [hindsight(one, levels) for one in issued])
    return 0


def _write(path: Path, issued: Sequence[Issued], levels: Levels) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(_HEAD)
        for one in issued:
            for at, code, (level, threshold, chance, *quantiles), warn in one.lines(levels):
                lengths = [round(1000 * metres, 1) for metres in (level, threshold)]
                ends = [round(1000 * metres, 1) for metres in quantiles]
                writer.writerow([iso_utc(at), code, one.lead, *lengths, round(chance, 5), warn, *ends])


def _leads(text: str) -> tuple[int, ...]:
    try:
        leads = tuple(sorted({int(one) for one in text.split(",")}))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r}: whole hours with commas between, such as 1,2,3,6") from None
    if not leads or not 1 <= leads[0] <= leads[-1] <= _LONGEST:
        raise argparse.ArgumentTypeError(f"{text!r}: hours from 1 to {_LONGEST}")
    return leads
