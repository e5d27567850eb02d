"""Traces on the command line, matched to the city's network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from geo.crs import CrsError
from geo.geojson import ProfileError
from geo.ground import load_ground
from geo.plow.network import Network
from geo.plow.reading import read_drawn
from geo.plow.work import Rules, work
from services.calculations.table import InputError
from services.cli.fix_rows import Trace, utc_text
from services.cli.network import folder
from services.settings import SettingsError, load


class Matcher:
    """The network, read once."""

    def __init__(self, settings: Sequence[Path]) -> None:
        """Raises InputError where there are no settings, no profile or no network."""
        try:
            profile = load(settings).profile
            drawn = read_drawn(profile, folder(), load_ground(profile, []).areas)
            self._network = Network([segment for segment in drawn.segments if not segment.sidewalk])
        except (SettingsError, ProfileError, CrsError, ValueError) as error:
            raise InputError(str(folder()), str(error)) from None
        self._rules = Rules(fences=drawn.fences)

    def lines(self, trace: Trace, now: float) -> Iterator[dict[str, Any]]:
        """A line a pass, by vehicle and time."""
        for vehicle, track in trace.vehicles.items():
            for one in work(track, self._network, self._rules, now).passes:
                segment = self._network.segments[self._network.numbers[one.segment]]
                yield {
                    "trace_id": trace.trace_id,
                    "vehicle": vehicle,
                    "segment": one.segment,
                    "name": segment.name,
                    "administrator": segment.administrator,
                    "section": segment.section,
                    "from": utc_text(one.began),
                    "to": utc_text(one.ended),
                    "share": round(one.share, 3),
                    "from_m": one.from_m,
                    "to_m": one.to_m,
                    "direction": one.direction,
                    "fixes": one.fixes,
                    "off_m": one.off_m,
                }
