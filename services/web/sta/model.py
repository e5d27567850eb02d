"""The entities but observations: all are made of the city's sensors, as everybody may know them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from feeds.quantities import FOR_STAFF, QUANTITIES
from feeds.status import Status
from geo.station import Station
from services.web.api.shapes import point
from services.web.api.viewer import Viewer
from services.web.context import WebContext

MEASUREMENT = "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement"
# Entity set → navigation from one of its entities: name of the link → (set it leads to, one or many).
LINKS: Mapping[str, Mapping[str, tuple[str, bool]]] = {
    "Things": {"Locations": ("Locations", True), "Datastreams": ("Datastreams", True)},
    "Locations": {"Things": ("Things", True)},
    "Sensors": {"Datastreams": ("Datastreams", True)},
    "ObservedProperties": {"Datastreams": ("Datastreams", True)},
    "FeaturesOfInterest": {"Observations": ("Observations", True)},
    "Datastreams": {
        "Thing": ("Things", False),
        "Sensor": ("Sensors", False),
        "ObservedProperty": ("ObservedProperties", False),
        "Observations": ("Observations", True),
    },
    "Observations": {"Datastream": ("Datastreams", False), "FeatureOfInterest": ("FeaturesOfInterest", False)},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """One entity; ``to`` holds the identities that each of its links leads to."""

    id: str
    told: Mapping[str, Any]
    to: Mapping[str, Sequence[str]] = field(default_factory=dict)


def entities(context: WebContext) -> dict[str, dict[str, Entity]]:
    """By set and identity. Drills have datastreams of their own, where the public sees drills."""
    stations = [one for one in context.ground.stations.values() if not one.for_staff]
    stations = [one for one in stations if context.public_exercise or not one.demonstration]
    statuses = sorted(Viewer.everyone(context).statuses)
    streams = [
        _stream(one, quantity, status)
        for one in stations
        for quantity in sorted(one.quantities - FOR_STAFF)
        for status in statuses
    ]
    by_station, by_quantity = _by(streams, "Thing"), _by(streams, "ObservedProperty")
    found: dict[str, list[Entity]] = {
        "Things": [_thing(one, by_station.get(one.code, ())) for one in stations],
        "Locations": [_location(one) for one in stations],
        "FeaturesOfInterest": [_feature(one, by_station.get(one.code, ())) for one in stations],
        "Sensors": [_sensor(one, by_station.get(one.code, ())) for one in stations],
        "ObservedProperties": [_property(one, some) for one, some in by_quantity.items()],
        "Datastreams": streams,
    }
    return {name: {one.id: one for one in sorted(some, key=lambda one: one.id)} for name, some in found.items()}


def _by(streams: Sequence[Entity], link: str) -> dict[str, list[str]]:
    """Identities of datastreams by what one of their links leads to."""
    found: dict[str, list[str]] = {}
    for one in streams:
        found.setdefault(one.to[link][0], []).append(one.id)
    return found


def subject_of(stream: str) -> tuple[str, str]:
    """Subject and status of the records behind a datastream."""
    for status in (Status.EXERCISE, Status.TEST):
        if stream.endswith(f"/{status}"):
            return stream.removesuffix(f"/{status}"), status.value
    return stream, Status.ACTUAL.value


def stream_of(subject: str, status: str) -> str:
    """The datastream of a record."""
    return subject if status == Status.ACTUAL.value else f"{subject}/{status}"


def _stream(one: Station, quantity: str, status: str) -> Entity:
    unit = QUANTITIES[quantity].unit if quantity in QUANTITIES else one.unit
    drill = "【訓練】" if status != Status.ACTUAL.value else ""
    told = {
        "name": f"{drill}{one.name} {quantity}",
        "description": f"{drill}{one.name_en or one.name}: {quantity}, trusted values, preliminary",
        "observationType": MEASUREMENT,
        "unitOfMeasurement": {"name": unit, "symbol": unit, "definition": None},
        "observedArea": point(one.lon, one.lat),
        "properties": {"status": status, "thresholds": dict(one.thresholds)},
    }
    name = stream_of(f"{one.code}/{quantity}", status)
    to = {"Thing": [one.code], "Sensor": [one.code], "ObservedProperty": [quantity], "Observations": [name]}
    return Entity(id=name, told=told, to=to)


def _thing(one: Station, streams: Sequence[str]) -> Entity:
    told = {
        "name": one.name,
        "description": one.name_en or one.name,
        "properties": {"river": one.river, "areas": list(one.areas), "source": one.source},
    }
    return Entity(id=one.code, told=told, to={"Locations": [one.code], "Datastreams": streams})


def _location(one: Station) -> Entity:
    return Entity(id=one.code, told=_place(one) | {"location": point(one.lon, one.lat)}, to={"Things": [one.code]})


def _feature(one: Station, streams: Sequence[str]) -> Entity:
    return Entity(id=one.code, told=_place(one) | {"feature": point(one.lon, one.lat)}, to={"Observations": streams})


def _place(one: Station) -> dict[str, Any]:
    return {"name": one.name, "description": one.name_en or one.name, "encodingType": "application/geo+json"}


def _sensor(one: Station, streams: Sequence[str]) -> Entity:
    told = {
        "name": one.name,
        "description": f"sensor of {one.name_en or one.name}",
        "encodingType": "text/plain",
        "metadata": one.source,
    }
    return Entity(id=one.code, told=told, to={"Datastreams": streams})


def _property(quantity: str, streams: Sequence[str]) -> Entity:
    words = quantity.replace("_", " ")
    told = {"name": quantity, "definition": f"urn:shirase:quantity:{quantity}", "description": words}
    return Entity(id=quantity, told=told, to={"Datastreams": streams})
