"""Alerts in force and shelters that are open, for the tests of the public page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from feeds.status import Status
from rules.alert import Alert, Place, Text
from rules.declared import Crowding, Opening, Shelters, ShelterState
from rules.wording.languages import LANGUAGES
from services.store import alerts
from services.store.engine import Store
from tests.services.making import NOW, alert, payload

UCHIMARU, HONCHO = Place(code="032010001", name="内丸", name_en="Uchimaru"), Place(code="032010002", name="本町通")


def text(language: str, headline: str, event: str = "河川水位情報") -> Text:
    return Text(
        language=language,
        event=event,
        headline=headline,
        description=f"{headline}について。" if language.startswith("ja") else f"About {headline}.",
        instruction="川に近づかないでください。" if language.startswith("ja") else "Keep away from rivers.",
        short=headline,
    )


def order(level: int, *places: Place, **changes: Any) -> Alert:
    """What the law calls evacuation information."""
    names = {3: "高齢者等避難", 4: "避難指示", 5: "緊急安全確保"}
    return told(level=level, order=names[level], places=places, series=f"order-{level}-{places[0].code}", **changes)


def told(headline: str = "館坂橋の水位", *, languages: tuple[str, ...] = ("ja",), **changes: Any) -> Alert:
    series = changes.get("series", "level")
    texts = {tag: text(tag, f"{headline} {tag}" if tag != "ja" else headline) for tag in languages}
    number = changes.get("revision", 1)
    whole = {"status": Status.ACTUAL, "texts": texts, "series": series, "identifier": f"{series}-{number}"}
    return alert(**{**whole, **changes})


def in_all(headline: str, **changes: Any) -> Alert:
    """In six languages."""
    return told(headline, languages=tuple(LANGUAGES), **changes)


def open_places(count: int, **changes: Any) -> Alert:
    """So many schools, each with a name, an address and room of its own."""
    places = tuple(
        ShelterState(
            code=f"S{number}",
            name=f"第{number}小学校（洪水時は校舎{number}階）",
            address=f"岩手県盛岡市内丸{number}-{number * 7 % 13}",
            opening=Opening.OPEN,
            since=NOW,
            crowding=(Crowding.ROOM, Crowding.CROWDED, Crowding.FULL)[number % 3],
            capacity=200 + number,
            people=40 + number,
            note="ペット可、車いす可",
        )
        for number in range(count)
    )
    city = Place(code="03201", name="盛岡市", name_en="Morioka")
    declared = Shelters(disaster="11月20日からの大雨", places=places)
    made = told(series="shelters", kind="shelters", level=0, alert_level=False, places=(city,), declared=declared)
    return replace(made, **changes)


async def put(store: Store, *some: Alert) -> None:
    """In force, as the desk leaves them."""
    async with store.write() as connection:
        for one in some:
            await alerts.add_draft(connection, one, {"log": payload()}, NOW)
            await alerts.mark_issued(connection, one, NOW)
