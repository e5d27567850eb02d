"""The one CAP codec, read and write. Everything in the house that speaks CAP speaks it through this door."""

from feeds.cap.read import read
from feeds.cap.types import (
    CapAlert,
    CapArea,
    CapCircle,
    CapError,
    CapInfo,
    CapReference,
    CapResource,
    CapValue,
    Ring,
)
from feeds.cap.write import write

__all__ = [
    "CapAlert",
    "CapArea",
    "CapCircle",
    "CapError",
    "CapInfo",
    "CapReference",
    "CapResource",
    "CapValue",
    "Ring",
    "read",
    "write",
]
