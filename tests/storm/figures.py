"""The figures of a storm as they stand in docs/reliability.md, and whether anything grew."""

from __future__ import annotations

import os
from collections.abc import Iterator

from tests.storm.gauge import Sample, daily, held, last_two_thirds, objects, quantile, slope
from tests.storm.play import counts
from tests.storm.storm import Outcome

_HOURS = (6, 24, 48, 72)


def table(found: Outcome) -> str:
    """Of one run, in lines of Markdown."""
    lines = ["", "| what | |", "|---|---|"]
    lines += [f"| {name} | {value} |" for name, value in _rows(found)]
    lines += ["", *(f"FAULT {one}" for one in found.faults)]
    lines.append("no fault found" if not found.faults else f"{len(found.faults)} faults")
    return "\n".join(lines)


def _rows(found: Outcome) -> Iterator[tuple[str, str]]:
    gauge, verdict = found.gauge, found.verdict
    yield "seed, hours, factor", f"{found.seed}, {found.hours:g}, {found.factor:g}"
    yield "wall time, load at the end", f"{found.wall_s / 60:.1f} min, {os.getloadavg()[1]:.1f}"
    yield "CPU of the hub, of who plays the world", f"{found.cpu_s:.0f} s, {found.player_s:.0f} s"
    yield "put in", ", ".join(f"{name} {value:,}" for name, value in counts(found.played).items())
    yield "longest behind the script", f"{found.played.late:.1f} s"
    yield "came out", ", ".join(f"{name} {value:,}" for name, value in verdict.counts.items())
    yield "deliveries", ", ".join(f"{name} {value}" for name, value in sorted(verdict.ends.items()))
    yield "officers", ", ".join(f"{name} {value}" for name, value in sorted(found.crowd.decided.items()))
    answers = ", ".join(f"{status} {count:,}" for status, count in sorted(found.crowd.answers.items()))
    yield "pages", f"{answers}; streams {found.crowd.streams}, events {found.crowd.events:,}"
    yield "troubles outside", f"{len(found.played.troubles)}"
    for name in gauge.samples[-1].memory:
        at = ", ".join(f"h {hour} {one.memory.get(name, 0):.0f}" for hour, one in _at_hours(gauge.samples))
        points = last_two_thirds((one.hour, one.memory[name]) for one in gauge.samples if name in one.memory)
        yield f"memory of {name}, MB", f"{at}, end {gauge.samples[-1].memory[name]:.0f}; {slope(points):+.3f} MB/h"
    for name in ("threads", "files", "databases", "behind", "open"):
        values = [(one.hour, float(getattr(one, name))) for one in gauge.samples]
        most = max(value for _, value in values)
        yield (
            name,
            f"{values[0][1]:.0f} … {values[-1][1]:.0f}, most {most:.0f}; {slope(last_two_thirds(values)):+.3f}/h",
        )
    tasks = [(float(number), float(one["tasks"])) for number, one in enumerate(found.pulses)]
    for name, points in (("Python objects", objects(found.pulses)), ("memory held, MB", held(found.pulses))):
        at = ", ".join(f"h {hour:.0f} {value:,.0f}" for hour, value in points[:: max(1, len(points) // 12)])
        share = daily(points)
        yield name, f"{at}; {'too short to say' if share is None else f'{share:+.2%} a day'}"
    parts = found.pulses[-1]["memory"]
    yield "memory of the hub at the end, MB", ", ".join(f"{name} {value:.0f}" for name, value in parts.items())
    most = max(one["memory"]["sqlite"] for one in found.pulses)
    yield "SQLite's pages, most", f"{most:.1f} MB"
    yield "tasks", f"{tasks[0][1]:.0f} … {tasks[-1][1]:.0f}, most {max(value for _, value in tasks):.0f}"
    for name, values_, unit in (("records behind", gauge.behind, ""), ("oldest due delivery", gauge.oldest, " s")):
        marks = (quantile(list(map(float, values_)), share) for share in (0.5, 0.99, 1.0))
        yield f"{name}: p50, p99, most", ", ".join(f"{one:.1f}{unit}" for one in marks)
    marks = (quantile(verdict.lags, share) for share in (0.5, 0.99, 1.0))
    yield "put in → at the partner: p50, p99, most", ", ".join(f"{one:.1f} s" for one in marks)
    size = [(one.hour, one.store_mb) for one in gauge.samples]
    yield "store", f"{size[-1][1]:.0f} MB; {slope(last_two_thirds(size)) * 24:.0f} MB a day"


def _at_hours(samples: list[Sample]) -> Iterator[tuple[int, Sample]]:
    for hour in _HOURS:
        later = [one for one in samples if one.hour >= hour - 0.2]
        if later and samples[-1].hour >= hour - 1:
            yield hour, later[0]
