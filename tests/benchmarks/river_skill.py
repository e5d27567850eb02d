"""The river model on every basin of January 2020, each foretold by what was learned on the others: some six minutes.

``SHIRASE_REAL_DATA=… python -m tests.benchmarks.river_skill [LEADS]``: a JSON line a basin and lead, and one of all.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from geo.river.forecast import LEADS, RiverModel
from geo.river.learning import learned
from geo.river.levels import Levels
from geo.river.rows import rows
from geo.river.runs import told
from geo.river.verification import Tried, issue, scores, tried
from services.cli.river_files import read_gauges, read_levels, training_periods

_FLOOD = "2020-01"
_ABOVE_NORMAL = 2.0


def basins(folder: Path) -> Iterator[tuple[str, Levels, list[Levels]]]:
    """Each river with its levels of the flood, and all periods of the other rivers."""
    gauges = read_gauges(folder / f"stations_{_FLOOD}.csv")
    for river in sorted({gauge.river for gauge in gauges.values()}):
        own = {code: gauge for code, gauge in gauges.items() if gauge.river == river}
        yield river, read_levels(folder / f"levels_{_FLOOD}.csv", own), training_periods(folder, own)


def one_basin(levels: Levels, periods: Sequence[Levels], lead: int) -> tuple[Tried, dict[str, Any]]:
    """Learn elsewhere, foretell here: the scores, and the floods one by one."""
    model = RiverModel(leads={lead: learned(rows(periods, lead))})
    (issued,) = issue(model, levels, {gauge.code: gauge.normal + _ABOVE_NORMAL for gauge in levels.gauges})
    floods = [flood for one in told(issued, levels) for flood in one.leads]
    false = sum(one.false_runs for one in told(issued, levels))
    return tried(issued, levels), {"hours_before": [round(one, 1) for one in sorted(floods)], "false_runs": false}


def main(leads: Sequence[int]) -> None:
    folder = Path(os.environ["SHIRASE_REAL_DATA"]) / "timeseries/river_fr"
    for lead in leads:
        parts = []
        for river, levels, periods in basins(folder):
            part, floods = one_basin(levels, periods, lead)
            parts.append(part)
            print(json.dumps({"basin": river, **scores([part]), **floods}, ensure_ascii=False), flush=True)
        print(json.dumps({"basin": "all", **scores(parts)}), flush=True)


if __name__ == "__main__":
    main([int(one) for one in sys.argv[1].split(",")] if len(sys.argv) > 1 else LEADS)
