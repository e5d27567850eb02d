"""The book of machines and contracts, and the streets, that a hub starts with."""

from __future__ import annotations

from geo.area import Areas
from geo.crs import CrsError
from geo.geojson import ProfileError
from geo.plow.fairness import Street
from geo.plow.ledger.book import Book
from geo.plow.ledger.reading import read_book
from services.city import StartError
from services.ledger.fairness import streets
from services.settings import Settings


def load_streets(settings: Settings, areas: Areas) -> tuple[Street, ...]:
    """The city's own carriageways. Raises StartError with the place and the cure."""
    try:
        return streets(settings.profile, settings.data_dir / "network", areas)
    except (ProfileError, CrsError) as error:
        raise StartError(str(error)) from error


def load_book(settings: Settings) -> Book:
    """Out of the profile's ``ledger`` folder. Raises StartError with the place and the cure."""
    try:
        return read_book(settings.profile / "ledger")
    except ProfileError as error:
        raise StartError(str(error)) from error
