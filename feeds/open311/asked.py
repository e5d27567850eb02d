"""A request as it is posted: a form, each of whose fields is checked, and all faults told at once."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from feeds.contact import MAX, Contact
from feeds.open311.catalog import LISTS, Attribute, Catalog, Service
from feeds.open311.fault import Fault, RefusedError, bad, unknown
from feeds.open311.moments import moment

MAX_DESCRIPTION = 4000
_MAX_FIELD, _MAX_VALUES = 400, 40
_ATTRIBUTE = re.compile(r"attribute\[([^\[\]]{1,60})\](\[\])?")
_TAG = re.compile(r"<[A-Za-z!/][^<>]*>")
_CONTROL = re.compile(r"[^\S\n\t ]|[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]")
URL = re.compile(r"https?://[^\s<>\"']{1,2000}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked for. A point in degrees (WGS 84), or a place in words, or both.

    ``contact`` is what the form tells of the person: on the way in alone, kept apart and sealed, or not at all.
    """

    service: Service
    lon: float | None
    lat: float | None
    address: str
    description: str = ""
    media_url: str = ""  # as given; nothing fetches it
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    contact: Contact | None = None

    @property
    def urgent(self) -> bool:
        """True where an answer says so."""
        return any(
            set(attribute.urgent) & set(self.attributes.get(attribute.code, ()))
            for attribute in self.service.attributes
        )


def asked(fields: Iterable[tuple[str, str]], catalog: Catalog) -> Asked:
    """The request in the fields of a form, in their order. Raises RefusedError."""
    plain, attributes = _sorted(fields)
    faults: list[Fault] = []
    service = _service(plain.get("service_code", ""), catalog, faults)
    lon, lat = _point(plain, faults)
    address = _cleaned(plain, "address_string", _MAX_FIELD, faults)
    if lon is None and not address and not faults:
        cure = "an address_id is not known here; " if plain.get("address_id") else ""
        faults.append(bad(f"a place is needed: lat and long, or address_string; {cure}場所を示してください"))
    description = plain_text(plain, "description", MAX_DESCRIPTION, faults)
    media_url = plain.get("media_url", "")
    if media_url and not URL.fullmatch(media_url):
        faults.append(bad("media_url must be one address, https://…, of at most 2,000 characters"))
    answers = _answers(service, attributes, faults) if service else {}
    if faults or service is None:
        raise RefusedError(faults)
    return Asked(
        service=service,
        lon=lon,
        lat=lat,
        address=address,
        description=description,
        media_url=media_url,
        attributes=answers,
        contact=contact_of(plain),
    )


def contact_of(plain: Mapping[str, str]) -> Contact | None:
    """Who asks, by the fields of GeoReport v2; too long a one is cut, for nobody shall be refused over it."""
    names = " ".join(one for name in ("last_name", "first_name", "name") if (one := plain.get(name)))
    told = {
        "name": names,
        "phone": plain.get("phone", ""),
        "mail": plain.get("email", ""),
        "device": plain.get("device_id", ""),
        "account": plain.get("account_id", ""),
    }
    told = {name: _CONTROL.sub(" ", value).strip()[:MAX] for name, value in told.items()}
    return Contact(**told) if any(told.values()) else None


def _sorted(fields: Iterable[tuple[str, str]]) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Plain fields (an empty one is none; of several the last), and the values of each attribute."""
    plain: dict[str, str] = {}
    attributes: dict[str, list[str]] = {}
    for name, value in fields:
        if not value.strip():
            continue
        if found := _ATTRIBUTE.fullmatch(name):
            attributes.setdefault(found[1], []).append(value)
        else:
            plain[name] = value.strip()
    return plain, attributes


def _service(code: str, catalog: Catalog, faults: list[Fault]) -> Service | None:
    if not code:
        faults.append(bad("service_code is missing; GET services lists them"))
        return None
    found = catalog.find(code)
    if found is None:
        faults.append(unknown(f"service_code {code[:40]!r} is not known; GET services lists them"))
    return found


def _point(plain: Mapping[str, str], faults: list[Fault]) -> tuple[float | None, float | None]:
    """lon, lat; both or none."""
    found: dict[str, float] = {}
    for name, most in (("lat", 90.0), ("long", 180.0)):
        told = plain.get(name)
        if told is None:
            continue
        try:
            value = float(told)
        except ValueError:
            value = math.nan
        if not -most <= value <= most:
            faults.append(bad(f"{name} {told[:20]!r} is no number of degrees from -{most:g} to {most:g}"))
            return None, None
        found[name] = value
    if len(found) == 1:
        faults.append(bad("lat and long come together or not at all"))
        return None, None
    return found.get("long"), found.get("lat")


def plain_text(plain: Mapping[str, str], name: str, at_most: int, faults: list[Fault]) -> str:
    """The field, or nothing where there is none; a new fault where it is too long or has HTML in it."""
    text = _cleaned(plain, name, at_most, faults)
    if _TAG.search(text):
        faults.append(bad(f"{name} must be plain text, without HTML"))
    return text


def _cleaned(plain: Mapping[str, str], name: str, at_most: int, faults: list[Fault]) -> str:
    text = _CONTROL.sub(" ", plain.get(name, "").replace("\r\n", "\n"))
    if len(text) > at_most:
        faults.append(bad(f"{name} has {len(text)} characters; at most {at_most} are taken"))
        return ""
    return text


def _answers(service: Service, told: Mapping[str, Sequence[str]], faults: list[Fault]) -> dict[str, tuple[str, ...]]:
    answers: dict[str, tuple[str, ...]] = {}
    for code, values in told.items():
        attribute = service.attribute(code)
        if attribute is None or not attribute.variable:
            faults.append(
                bad(f"attribute[{code[:40]}] is none of {service.code}; GET services/{service.code} lists them")
            )
        elif fault := _wrong(attribute, values):
            faults.append(bad(f"attribute[{code}]: {fault}"))
        else:
            answers[code] = tuple(dict.fromkeys(_CONTROL.sub(" ", value).strip() for value in values))
    missing = [one.code for one in service.attributes if one.required and one.code not in told]
    faults.extend(bad(f"attribute[{code}] is required") for code in missing)
    return answers


def _wrong(attribute: Attribute, values: Sequence[str]) -> str:
    """What is wrong with the values, or nothing."""
    if len(values) > (_MAX_VALUES if attribute.datatype == "multivaluelist" else 1):
        return "more values than it takes"
    for value in values:
        if len(value) > _MAX_FIELD:
            return f"at most {_MAX_FIELD} characters"
        if attribute.datatype in LISTS and value not in attribute.values:
            return f"{value[:40]!r} is none of {', '.join(attribute.values)}"
        if fault := _unlike(attribute.datatype, value):
            return fault
    return ""


def _unlike(datatype: str, value: str) -> str:
    try:
        if datatype == "number" and not math.isfinite(float(value)):
            return f"{value[:40]!r} is no number"
        if datatype == "datetime":
            moment(value)
    except ValueError as error:
        return str(error) if datatype == "datetime" else f"{value[:40]!r} is no number"
    return ""
