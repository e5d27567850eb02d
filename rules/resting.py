"""What a hazard rests on: the records that its reasons name, and whether one sensor is all there is."""

from __future__ import annotations

from collections.abc import Mapping

from geo.hazard import Hazard

_MAPS = "layer:"  # a map tells where, not that


def on_record(hazard: Hazard) -> frozenset[str]:
    """Keys of the records among its reasons; maps are none."""
    return frozenset(one.ref for one in hazard.evidence if one.ref and not one.ref.startswith(_MAPS))


def on_one_alone(hazard: Hazard, sensor: str, resting: Mapping[str, frozenset[str]]) -> bool:
    """True where readings of this sensor (a station's code) are all that the hazard rests on.

    ``resting``: hazard key → ``station/quantity`` of the readings it names, anything else as it is named.
    """
    subjects = resting.get(hazard.key, frozenset())
    return bool(subjects) and all(subject.partition("/")[0] == sensor for subject in subjects)
