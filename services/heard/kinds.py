"""What residents may tell: what they saw, for the queue of reports, and what they ask for, for the desk of requests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from feeds.finding import ANIMALS
from feeds.open311.catalog import Catalog, Service
from services.heard.words import word

SEEN = ("bear", "boar", "deer", "suspicious_person", "damage", "other")  # kinds of reports that people are asked for


@dataclass(frozen=True, slots=True)
class Kind:
    """``code`` is of a kind of report, or of the ``service`` that is asked for."""

    code: str
    service: Service | None = None

    @property
    def animal(self) -> bool:
        return self.code in ANIMALS

    def name(self, language: str) -> str:
        """As people choose it. What a city names itself has two languages."""
        if self.service is None:
            return word(f"kind_{self.code}", language)
        return self.service.name if language.startswith("ja") else self.service.name_en

    def to_do(self, language: str) -> str:
        """What whoever tells it should do now."""
        if self.service is not None:
            return word("do_snow", language)
        return word("do_animal" if self.animal else f"do_{self.code}", language)


def kinds(catalog: Catalog | None) -> Sequence[Kind]:
    """All of them, in the order in which they are shown; sightings among the services are told as reports."""
    services = catalog.service if catalog else ()
    return [*map(Kind, SEEN), *(Kind(one.code, one) for one in services if not one.report)]


def kind_of(code: str, catalog: Catalog | None) -> Kind | None:
    """The one of this code."""
    return next((one for one in kinds(catalog) if one.code == code), None)
