"""What the public is told of services and requests. Nothing that the resident wrote or is goes out by itself.

A description is told once an officer has released it, and covered; the place is that of the road, for all the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from feeds.masking import masked
from feeds.open311.catalog import Attribute, Catalog, Service
from feeds.open311.moments import said
from feeds.open311.writing import Value
from rules.requests.owner import ELSEWHERE
from rules.requests.owner import WORDS as OWNERS
from rules.requests.state import WORDS
from rules.requests.words import marked
from services.store.requests import Request, Update

_AGENCIES = {owner.value: " / ".join(words) for owner, words in OWNERS.items()}


def service_item(service: Service) -> dict[str, Value]:
    return {
        "service_code": service.code,
        "service_name": f"{service.name} / {service.name_en}",
        "description": service.description,
        "metadata": bool(service.attributes),
        "type": service.type,
        "keywords": ",".join(service.keywords),
        "group": service.group,
    }


def definition(service: Service) -> dict[str, Value]:
    """The questions of a service."""
    attributes = [_attribute(one, order) for order, one in enumerate(service.attributes, 1)]
    return {"service_code": service.code, "attributes": attributes}


def _attribute(one: Attribute, order: int) -> dict[str, Value]:
    return {
        "variable": one.variable,
        "code": one.code,
        "datatype": one.datatype,
        "required": one.required,
        "datatype_description": one.datatype_description,
        "order": order,
        "description": one.description,
        "values": [{"key": key, "name": name} for key, name in one.values.items()],
    }


def request_item(
    one: Request, catalog: Catalog, updates: Sequence[Update], city: str, extensions: bool
) -> dict[str, Value]:
    """A request as GeoReport v2 shows it: open or closed, with what was said of it last."""
    service = catalog.find(one.service)
    closed = not one.state.is_open
    ja, en = WORDS[one.state]
    last = updates[-1].text if updates else ""
    item: dict[str, Value] = {
        "service_request_id": str(one.id),
        "status": "closed" if closed else "open",
        "status_notes": marked(one.status, f"{ja} / {en}. {last}"),
        "service_name": f"{service.name} / {service.name_en}" if service else one.service,
        "service_code": one.service,
        "description": marked(one.status, masked(one.description) if one.released else ""),
        "agency_responsible": _agency(one, city),
        "service_notice": updates[0].text if updates else "",
        "requested_datetime": said(one.asked_at),
        "updated_datetime": said(one.changed_at),
        "expected_datetime": "",
        "address": one.known.name,
        "address_id": "",
        "zipcode": "",
        "lat": one.public_lat,
        "long": one.public_lon,
        "media_url": "",
    }
    if extensions:
        item["extended_attributes"] = [{"code": "state", "value": one.state.value}, *_same(one)]
        item["notes"] = [_note(update) for update in updates]
    return item


def _agency(one: Request, city: str) -> str:
    """Who is to do it: as the desk says, else as the network has the road; what is nobody's there is the city's."""
    theirs = one.known.administrator if one.known.administrator in ELSEWHERE else ""
    return _AGENCIES.get(one.owner or theirs, city)


def _same(one: Request) -> list[Mapping[str, Value]]:
    return [] if one.same_as is None else [{"code": "same_as", "value": str(one.same_as)}]


def _note(update: Update) -> dict[str, Value]:
    return {"datetime": said(update.at), "status": update.state.value, "description": update.text}


def update_item(update: Update) -> dict[str, Value]:
    """A change of a request, as the updates extension shows it."""
    return {
        "update_id": str(update.id),
        "service_request_id": str(update.request),
        "status": "OPEN" if update.state.is_open else "CLOSED",
        "external_status_code": update.state.value,
        "updated_datetime": said(update.at),
        "description": update.text,
        "media_url": "",
    }
