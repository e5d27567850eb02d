"""What the stored readings of one series come to, revisions and held values settled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from feeds.quality import Past
from feeds.quantities import QUANTITIES
from feeds.settled import settled
from geo.model import Sample


class Heard(NamedTuple):
    """One stored reading that is trusted, or held until another bears it out."""

    at: datetime
    value: float
    ref: str  # key of the record
    held: bool
    late: bool


def believed(quantity: str, heard: Iterable[Heard]) -> list[Sample]:
    """What is to be believed, ascending; of several revisions of one the last given.

    ``heard`` ascends by time, and where times are equal by when it came.
    """
    newest = {(one.ref, one.at): one for one in heard}
    known = QUANTITIES.get(quantity)
    samples = [(Sample(one.at, one.value, one.ref, one.late), one.held) for one in newest.values()]
    if known is None or not any(held for _, held in samples):
        return [sample for sample, held in samples if not held]
    holds = settled([Past(sample.at, sample.value, not held) for sample, held in samples], known)
    return [sample for (sample, _), one in zip(samples, holds, strict=True) if one]


def without(
    series: Mapping[tuple[str, str], Sequence[Sample]], doubted: frozenset[str]
) -> Mapping[tuple[str, str], Sequence[Sample]]:
    """Series by (station, quantity) but for those that people do not believe now, named ``station/quantity``.

    What such a sensor said before is no evidence either: nobody knows since when it lies.
    """
    if not doubted:
        return series
    return {subject: some for subject, some in series.items() if "/".join(subject) not in doubted}
