"""What a CAP alert consists of, in the words of the standard.

Coordinates stand here as (longitude, latitude) like everywhere in the house; only the reader and the writer know that
CAP puts the latitude first. Text that is absent is the empty string.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

Ring: TypeAlias = tuple[tuple[float, float], ...]


class CapError(ValueError):
    """A document that is not CAP, or an alert that cannot be written as CAP.

    ``code`` names the kind of fault, ``at`` the place: ``line 12``, ``byte 40`` or ``/alert/info[1]/expires``.
    """

    def __init__(self, code: str, message: str, at: str) -> None:
        super().__init__(f"{message} ({at})")
        self.code, self.message, self.at = code, message, at


@dataclass(frozen=True, slots=True)
class CapValue:
    """A pair of valueName and value: an eventCode, a parameter or a geocode."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class CapCircle:
    """A circle; the radius is in kilometres, and radius 0 is legal."""

    lon: float
    lat: float
    radius_km: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CapReference:
    """The triplet that names an earlier message."""

    sender: str
    identifier: str
    sent: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CapResource:
    """A file that belongs to the alert; ``deref_uri`` is its base64 content for one-way links."""

    description: str
    mime_type: str
    size: int | None = None  # bytes
    uri: str = ""
    deref_uri: str = ""
    digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CapArea:
    """Polygons, circles and geocodes of one area all describe the same ground; several areas add up."""

    description: str
    polygons: tuple[Ring, ...] = ()  # closed rings of (lon, lat)
    circles: tuple[CapCircle, ...] = ()
    geocodes: tuple[CapValue, ...] = ()
    altitude_ft: float | None = None
    ceiling_ft: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CapInfo:
    """The alert in one language, or one slice of it."""

    language: str  # RFC 3066; a document that does not say means en-US
    categories: tuple[str, ...]
    event: str
    urgency: str
    severity: str
    certainty: str
    response_types: tuple[str, ...] = ()
    audience: str = ""
    event_codes: tuple[CapValue, ...] = ()
    effective: datetime | None = None
    onset: datetime | None = None
    expires: datetime | None = None
    sender_name: str = ""
    headline: str = ""
    description: str = ""
    instruction: str = ""
    web: str = ""
    contact: str = ""
    parameters: tuple[CapValue, ...] = ()
    resources: tuple[CapResource, ...] = ()
    areas: tuple[CapArea, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CapAlert:
    """One CAP message. Its identity is the triplet (sender, identifier, sent)."""

    identifier: str
    sender: str
    sent: datetime
    status: str
    msg_type: str
    scope: str
    source: str = ""
    restriction: str = ""
    addresses: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    note: str = ""
    references: tuple[CapReference, ...] = ()
    incidents: tuple[str, ...] = ()
    infos: tuple[CapInfo, ...] = ()

    @property
    def is_public(self) -> bool:
        """The one place that says what may reach a real public channel: Actual and Public, nothing else."""
        return self.status == "Actual" and self.scope == "Public"

    @property
    def reference(self) -> CapReference:
        """How a later message quotes this one."""
        return CapReference(sender=self.sender, identifier=self.identifier, sent=self.sent)
