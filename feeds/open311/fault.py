"""What is wrong with a request, in the words that GeoReport answers it with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """``code`` is the HTTP status that alone would fit: 403 the key, 404 not found, 400 everything else."""

    code: int
    description: str


class RefusedError(Exception):
    """A request that cannot be answered; all that is wrong with it at once, most telling first."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(fault.description for fault in faults))
        self.faults = tuple(sorted(faults, key=lambda fault: fault.code, reverse=True))

    @property
    def status(self) -> int:
        """Of the answer: a key that is missing or an id that is unknown outweighs a bad value."""
        return self.faults[0].code


def bad(description: str) -> Fault:
    """A missing argument or a bad value."""
    return Fault(400, description)


def unknown(description: str) -> Fault:
    """A service, request or token that does not exist."""
    return Fault(404, description)
