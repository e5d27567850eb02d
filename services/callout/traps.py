"""What rings of box traps: one that has closed, until it is set again. Whoever is called goes there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from services.callout.occasion import Event, Occasion
from services.store.ringing import Broken


def trap_occasions(broken: Iterable[Broken]) -> Iterator[Occasion]:
    """One for each trap that has closed; what else is wrong with one can wait for the morning."""
    for one in broken:
        if one.source.startswith("trap:"):
            yield Occasion(
                key=f"{one.source}:{one.status}",
                event=Event.TRAP,
                status=one.status,
                level=0,
                subject=one.headline,
                subject_en="A box trap has closed: somebody has to go there",
                path="/ops#dock",
                since=one.since,
            )
