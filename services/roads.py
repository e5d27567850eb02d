"""What plows are matched to, and what people look for: the network, depots and dumps, sidewalks, places by name."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

from feeds.status import Status
from geo.area import Areas
from geo.crs import CrsError
from geo.geojson import ProfileError
from geo.plow.network import Network
from geo.plow.reading import read_drawn
from geo.plow.work import Rules
from geo.towns.gazetteer import Gazetteer
from geo.towns.reading import read_gazetteer
from services.city import StartError
from services.settings import Settings
from services.store.plowed import Vehicle


@dataclass(frozen=True, kw_only=True)
class Roads:
    """What plows are matched to. ``sidewalks`` are those of the vehicles that work on sidewalks only."""

    carriageways: Network
    sidewalks: Network | None
    rules: Rules
    sidewalk_vehicles: frozenset[str]
    statuses: frozenset[Status]  # a network that was drawn for a drill says nothing about the real one

    @cached_property
    def mark(self) -> int:
        """A number that is another one when any of this is: passes of another network are worked out anew."""
        told = sha256(repr((sorted(self.sidewalk_vehicles), sorted(self.statuses))).encode())
        for one in (*self.carriageways.segments, *(self.sidewalks.segments if self.sidewalks else ())):
            told.update(repr((one.id, one.section, one.administrator, one.oneway)).encode() + one.geometry.wkb)
        for fence in self.rules.fences.fences:
            told.update(repr((fence.code, fence.kind)).encode() + fence.geometry.wkb)
        return int.from_bytes(told.digest()[:6], "big")

    def of(self, vehicle: Vehicle) -> Network | None:
        """The network that a vehicle works on."""
        return self.sidewalks if vehicle.name in self.sidewalk_vehicles else self.carriageways


def load_towns(settings: Settings, areas: Areas) -> Gazetteer:
    """Places of the profile by name, for who types an address. Raises StartError."""
    try:
        return read_gazetteer(settings.profile, areas, settings.city.name)
    except ProfileError as error:
        raise StartError(str(error)) from error


def load_roads(settings: Settings, areas: Areas) -> Roads | None:
    """The network of the data folder, else that of the profile; None where there is neither. Raises StartError."""
    try:
        drawn = read_drawn(settings.profile, settings.data_dir / "network", areas)
        carriageways = [segment for segment in drawn.segments if not segment.sidewalk]
        sidewalks = [segment for segment in drawn.segments if segment.sidewalk]
        if not carriageways:
            return None
        network = Network(carriageways)
        return Roads(
            carriageways=network,
            sidewalks=Network(sidewalks) if sidewalks else None,
            rules=Rules(fences=drawn.fences, within=network.box),
            sidewalk_vehicles=frozenset(settings.plow.sidewalk_vehicles),
            statuses=frozenset(Status) - ({Status.ACTUAL} if drawn.demonstration else set()),
        )
    except (ProfileError, CrsError, ValueError) as error:
        raise StartError(str(error)) from error
