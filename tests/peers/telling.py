"""What the runs came to, as figures: the hub beside each form of Node-RED's flow, medians of the rounds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import TypeVar

from tests.benchmarks.figure import Figure, beside, percentile
from tests.peers.runs import Delays, Losses, Sustained

NAME = "peers"
_Run = TypeVar("_Run", Sustained, Delays)


def sustained_figures(found: Mapping[str, Sequence[Sustained]], hub: str) -> list[Figure]:
    """The rate, what a reading costs the side's own process, and its memory afterwards."""
    return [
        *_beside(found, hub, "sustained", "readings/s", lambda one: one.rate),
        *_beside(found, hub, "CPU", "µs/reading", lambda one: one.cpu_us),
        *_beside(found, hub, "an alert right afterwards", "ms", lambda one: one.alert_ms),
        *_beside(found, hub, "memory", "MB", lambda one: one.rss_mb),
    ]


def delay_figures(found: Mapping[str, Sequence[Delays]], rate: float, hub: str) -> list[Figure]:
    """At one rate: until kept, until the alert is at the sink."""
    figures = []
    for percent in (50, 99):
        keepers = {name: some for name, some in found.items() if all(one.kept for one in some)}
        figures += _beside(
            keepers, hub, f"{rate:g}/s: to kept p{percent}", "ms", lambda one, at=percent: percentile(one.kept, at)
        )
        figures += _beside(
            found, hub, f"{rate:g}/s: to alert p{percent}", "ms", lambda one, at=percent: percentile(one.alert, at)
        )
    return [*figures, *_beside(found, hub, f"{rate:g}/s: cores in use", "cores", lambda one: one.cpu)]


def loss_figures(found: Mapping[str, Losses], what: str) -> list[Figure]:
    """What was lost and doubled, of each side."""
    figures = []
    for name, one in found.items():
        for figure, value, unit, of in (
            ("readings lost", one.lost, "readings", one.readings),
            ("alerts never told", one.untold, "alerts", one.rises),
            ("alerts told twice", one.doubled, "alerts", one.rises),
            ("posts to drop by their identifier", one.repeats, "posts", one.rises),
        ):
            figures.append(
                Figure(
                    bench=NAME,
                    figure=f"{what}: {name}: {figure}",
                    value=value,
                    unit=unit,
                    baseline="of all",
                    baseline_value=of,
                    ratio=value / of,
                )
            )
    return figures


def _beside(
    found: Mapping[str, Sequence[_Run]], hub: str, what: str, unit: str, of: Callable[[_Run], float]
) -> list[Figure]:
    """Each round of the hub beside the same round of every other; alone where there is no other."""
    ours = [of(one) for one in found.get(hub, ())]
    figures = []
    for name, theirs in found.items():
        if name == hub:
            continue
        values = [of(one) for one in theirs]
        if ours:
            figures.append(beside(NAME, what, unit, name, list(zip(ours, values, strict=True))))
        else:
            figures.append(Figure(bench=NAME, figure=f"{what}, {name}", value=median(values), unit=unit))
    return figures or [Figure(bench=NAME, figure=f"{what}, {hub}", value=median(ours), unit=unit)]
