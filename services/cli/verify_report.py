"""The report of ``shirase verify river``: reliability and lead times, as JSON or as a page of Markdown."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from geo.verification.account import LEAD_BINS
from geo.verification.hindsight import Hindsight
from geo.verification.tally import BINS
from services.skill import told_bin


def write_report(path: Path, leads: Sequence[Hindsight]) -> None:
    """Markdown for a name that ends in .md, else JSON."""
    text = _markdown(leads) if path.suffix == ".md" else json.dumps({"leads": [_json(one) for one in leads]}, indent=1)
    path.write_text(text + "\n", encoding="utf-8")


def _json(one: Hindsight) -> dict[str, Any]:
    return {
        **one.scores,
        "reliability": [told_bin(tenth, each) for tenth, each in enumerate(one.reliability)],
        "floods": {
            "hours_before": [round(lead, 2) for lead in one.leads],
            "missed": one.missed,
            "false_runs": one.false_runs,
            "begins": list(LEAD_BINS),
            "counts": one.histogram,
        },
    }


def _markdown(leads: Sequence[Hindsight]) -> str:
    head = ["# River forecasts on floods they have not seen", "", "## Scores", ""]
    return "\n".join([*head, *_scores(leads), *(line for one in leads for line in _lead(one))])


def _scores(leads: Sequence[Hindsight]) -> list[str]:
    names = ("pod", "far", "csi", "bss", "crpss", "coverage80")
    rows = [f"| lead | who | {' | '.join(names)} |", f"|---|---|{'---|' * len(names)}"]
    for one in leads:
        told = {"outlook": one.scores, **one.scores["baseline"]}
        for who, each in told.items():
            rows.append(f"| {one.scores['lead_h']} h | {who} | {' | '.join(_figure(each[name]) for name in names)} |")
    return rows


def _lead(one: Hindsight) -> list[str]:
    rows = ["", f"## {one.scores['lead_h']} h: what was said, and how often it came", ""]
    rows += ["| chance | forecasts | events | said | came |", "|---|---|---|---|---|"]
    for tenth, each in enumerate(one.reliability):
        told = told_bin(tenth, each)
        figures = f"{each.n} | {each.events} | {_figure(told['said'])} | {_figure(told['came'])}"
        rows.append(f"| {tenth / BINS:.1f}–{(tenth + 1) / BINS:.1f} | {figures} |")
    rows += ["", f"## {one.scores['lead_h']} h: hours from the warning to each flood", ""]
    rows += ["| from (h) | floods |", "|---|---|", f"| no warning | {one.missed} |"]
    rows += [f"| {begin:g} | {count} |" for begin, count in zip(LEAD_BINS, one.histogram, strict=True)]
    return [*rows, "", f"Runs of warnings for nothing: {one.false_runs}."]


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
