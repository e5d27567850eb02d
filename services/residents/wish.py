"""What a resident wants to be told: where, of what, from which level on, in which language, at once or gathered."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from rules.alert import Alert
from rules.wording.languages import LANGUAGES

# What people choose from, and the kinds of hazard behind it. Kinds that stand nowhere here, evacuation information
# first of all, concern everybody who subscribed.
TOPICS: Mapping[str, frozenset[str]] = {
    "water": frozenset(
        {"flood", "heavy_rain", "landslide", "inundation", "underpass", "small_stream", "storm_surge", "wave"}
    ),
    "snow": frozenset(
        {"heavy_snow", "snow_depth", "road_ice", "roof_snow", "roof_slide", "avalanche", "packed_snow", "snowmelt"}
        | {"plow_ordered", "plow_done", "snow_dump_closed", "snow_dump_reopened"}
    ),
    "weather": frozenset({"wind_storm", "tornado", "heat", "advisory"}),
    "volcano": frozenset({"volcano", "eruption", "ashfall"}),
    "animals": frozenset({"bear", "boar", "deer", "bear_cluster", "boar_cluster", "deer_cluster"}),
    "crime": frozenset(
        {"suspicious_person", "crime", "theft", "fraud", "missing_person"}
        | {"suspicious_person_cluster", "crime_cluster", "theft_cluster"}
    ),
    "life": frozenset({"lifeline", "traffic"}),
}
LEVELS = (1, 3, 4)  # from which on somebody may want to be told
NEVER_GATHERED = 3  # from this level on everybody is told at once
_MOST_DISTRICTS = 200


class WishError(ValueError):
    """A wish that cannot be kept; the text says which part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """``districts`` and ``topics`` empty: all. ``digest``: what is minor comes gathered, once or twice a day."""

    districts: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    least: int = 1
    language: str = "ja"
    digest: bool = False

    def check(self, districts: Collection[str]) -> None:
        """Raises WishError where it names what does not exist."""
        if len(self.districts) > _MOST_DISTRICTS or not set(self.districts) <= set(districts):
            raise WishError("districts: one of them does not exist here")
        if not set(self.topics) <= TOPICS.keys():
            raise WishError(f"topics: use {', '.join(TOPICS)}")
        if self.least not in LEVELS:
            raise WishError(f"least: use {', '.join(map(str, LEVELS))}")
        if self.language not in LANGUAGES:
            raise WishError(f"language: use {', '.join(LANGUAGES)}")

    def wants(self, alert: Alert, districts: Collection[str] | None) -> bool:
        """Whether the alert, which concerns these districts (None: all of them), shall be told."""
        if self.districts and districts is not None and not set(self.districts) & set(districts):
            return False
        if self.topics and any(alert.kind in kinds for kinds in TOPICS.values()):
            wanted = {kind for topic in self.topics for kind in TOPICS[topic]}
            if alert.kind not in wanted:
                return False
        return alert.level >= self.least

    def gathers(self, alert: Alert) -> bool:
        """Whether it can wait for the next digest. Never from level 3 on."""
        return self.digest and max(alert.level, *alert.levels, 0) < NEVER_GATHERED
