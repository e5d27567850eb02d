"""The book of machines and contracts that a hub starts with."""

from __future__ import annotations

from geo.geojson import ProfileError
from geo.plow.ledger.book import Book
from geo.plow.ledger.reading import read_book
from services.city import StartError
from services.settings import Settings


def load_book(settings: Settings) -> Book:
    """Out of the profile's ``ledger`` folder. Raises StartError with the place and the cure."""
    try:
        return read_book(settings.profile / "ledger")
    except ProfileError as error:
        raise StartError(str(error)) from error
