"""What residents may ask the city for: the catalogue of the profile, and the desk that takes it in."""

from __future__ import annotations

from dataclasses import dataclass

from feeds.open311.catalog import Catalog, CatalogError, read_catalog
from services.city import StartError
from services.configuration.open311 import Open311
from services.requests.desk import Requests
from services.requests.street import Streets
from services.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The catalogue, who may send, and where it goes."""

    catalog: Catalog
    settings: Open311
    desk: Requests
    contact: str


def catalog_of(settings: Settings) -> Catalog | None:
    """The catalogue; None where the profile has none. Raises StartError."""
    file = settings.profile / "services.toml"
    try:
        return read_catalog(file) if file.exists() else None
    except CatalogError as error:
        raise StartError(str(error)) from error


def offered(settings: Settings, streets: Streets) -> Services | None:
    """All of it; None where the profile has no catalogue. Raises StartError."""
    catalog = catalog_of(settings)
    if catalog is None:
        return None
    return Services(catalog=catalog, settings=settings.open311, desk=Requests(streets), contact=settings.city.contact)
