"""Places of refuge as the city issued them: every place of every revision that went out to everybody on a day."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence

from geo.shelter import Shelter
from rules.alert import Alert
from rules.declared import Opening, Shelters, ShelterState
from services.archive.kind import Kind, Rows
from services.archive.kinds.alerts import Sent, went_out
from services.archive.known import Known
from services.archive.period import Period
from services.desks.declared_board import CROWDINGS, OPENINGS
from services.store.by_day import Reader
from services.web.open.cells import Cell, local


async def _shelters(store: Reader, known: Known, day: Period) -> AsyncIterator[Rows]:
    listed = {one.code: one for one in known.ground.shelters if one.code}
    for sent in await went_out(store, day):
        yield list(_rows(sent, listed))


def _rows(sent: Sent, listed: dict[str, Shelter]) -> Iterator[Sequence[Cell]]:
    alert, declared = sent.alert, sent.alert.declared
    for place in declared.places if isinstance(declared, Shelters) else ():
        yield [
            local(sent.at),
            alert.series,
            alert.revision,
            sent.document.msg_type,
            *_row(place, listed.get(place.code), alert),
        ]


def _row(place: ShelterState, own: Shelter | None, alert: Alert) -> Sequence[Cell]:
    """As ``shelters_open.csv`` tells it: of a place that is not open nobody counts people."""
    told = place if place.opening is Opening.OPEN else None
    return [
        place.code,
        place.name,
        place.address,
        place.type,
        OPENINGS[place.opening],
        local(place.since),
        CROWDINGS[place.crowding] if told else "",
        place.capacity,
        told.people if told else None,
        told.households if told else None,
        local(place.checked),
        place.note,
        own.lat if own else None,
        own.lon if own else None,
        alert.status.value,
    ]


SHELTERS = Kind(
    id="shelters",
    title="避難所の開設の経過",
    title_en="Places of refuge as they opened and closed",
    description="その日に一般へ発表した避難所の状況のすべての報。職員が承認したものだけです。",
    description_en="Every place in every revision that went out to everybody; only what the city approved and issued.",
    columns={
        "発表日時": "when the revision went out, with Japan's offset",
        "系列": "what the revisions of one disaster have in common",
        "報": "number of the revision; each tells the whole state anew",
        "種類": "Alert, Update or Cancel: a Cancel takes back what went out in error",
        "コード": "of the city's list; empty: a place that is on none",
        "名称": "name",
        "住所": "address",
        "種別": "避難所, 臨時避難所, 広域避難場所 or 一時避難場所",
        "開設状況": "open, closed, or not opened",
        "開設日時": "since when it is so",
        "混雑状況": "how full; empty: nobody has said, or it is not open",
        "収容人数": "places",
        "避難者数": "people; empty where nobody counted",
        "避難世帯数": "households",
        "確認日時": "when the figures were looked at",
        "備考": "for everybody: pets, wheelchairs, which door",
        "緯度": "latitude, where the place is on the list",
        "経度": "longitude",
        "区分": "always Actual: drills and tests are in no archive",
    },
    read=_shelters,
    outlasts="alerts",
)
