"""Giving back what was held: which readings of a series are to be believed, now that later ones have come.

A flag tells what was known when the reading came and never changes. Whether a held reading counts is asked anew at each
look, of its neighbours in time on both sides; so a report that comes late, or in another batch, bears out as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from feeds.quality import Past
from feeds.quantities import Quantity

REACH = timedelta(hours=2)  # reports this near can bear each other out


def settled(samples: Sequence[Past], quantity: Quantity) -> list[bool]:
    """For each sample of an ascending series whether it is to be believed by now; those believed at once always are.

    One that was not is borne out by the report before or after it, within two hours: by one near to it, or by one that
    stands as far or further from the last believed value, on the same side. So of two that jumped the smaller counts.
    """
    believed: list[bool] = []
    base: Past | None = None
    for place, sample in enumerate(samples):
        near = [*samples[max(place - 1, 0) : place], *samples[place + 1 : place + 2]]
        believed.append(sample.believed or any(_bears_out(one, sample, base, quantity) for one in near))
        if believed[-1]:
            base = sample
    return believed


def _bears_out(one: Past, sample: Past, base: Past | None, quantity: Quantity) -> bool:
    apart = abs(one.at - sample.at)
    if apart > REACH:
        return False
    if abs(one.value - sample.value) <= quantity.honest(apart):
        return True
    if base is None:
        return False
    if sample.value > base.value:
        return one.value >= sample.value
    # Of a sensor that goes to and fro, what is back near the base was no fall that a deeper one could bear out.
    return one.value <= sample.value and base.value - sample.value > quantity.honest(sample.at - base.at)
