"""Short notices and commentary without a 警戒レベル: VPOA50, VPHW50/51, VPBS50, VP?J5?, VPAW51 and their like."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from feeds.jma.blocks import Blocks, entry, finest, items, listing, places
from feeds.jma.content import Content
from feeds.jma.frame import EB, Frame, child, children, number, plain, text
from feeds.records import Observation, TelegramArea

# What a tag, a kind or a title speaks of, the first match decides.
_WORDS = (
    ("線状降水帯", "heavy_rain"),
    ("竜巻", "tornado"),
    ("土砂", "landslide"),
    ("大雨", "heavy_rain"),
    ("洪水", "flood"),
    ("大雪", "heavy_snow"),
    ("降雪", "heavy_snow"),
    ("雪", "heavy_snow"),
    ("高潮", "storm_surge"),
    ("暴風", "wind_storm"),
    ("強風", "wind_storm"),
    ("高波", "wave"),
    ("波浪", "wave"),
)
_MEASURED = ("SnowfallDepth", "SnowDepth", "Precipitation", "WindSpeed", "Temperature")


def hazard_of_words(words: str | None, otherwise: str = "other") -> str:
    """The hazard that is named first in a text of tags or a title."""
    found = [(plain(words).find(word), place, hazard) for place, (word, hazard) in enumerate(_WORDS)]
    return min((hit for hit in found if hit[0] >= 0), default=(0, 0, otherwise))[2]


def notice(frame: Frame, hazard: str) -> Content:
    """Body/Warning at its finest level, as in 竜巻注意情報; where there is none, the Headline's."""
    return _content(frame, hazard, listing(frame, finest(children(frame.body, "Warning"))))


def tagged(frame: Frame, hazard: str) -> Content:
    """Areas of the Headline with the information tags as Condition; the first tag, else the title, tells the hazard."""
    blocks = finest(frame.information)
    tags = next((kind.condition for kinds, _ in items(blocks) for kind in kinds if kind.condition), None)
    return _content(frame, hazard_of_words(tags, hazard_of_words(frame.head_title, hazard)), blocks)


def bulletin(frame: Frame, hazard: str) -> Content:
    """府県気象防災速報: tagged too, but without an area it would be lost, so BadTelegram."""
    listing(frame)
    return tagged(frame, hazard)


def outlook(frame: Frame, hazard: str) -> Content:
    """早期天候情報: the Body's items name a phenomenon per area; 大雪 makes the telegram one of heavy snow."""
    infos = next(children(frame.body, "MeteorologicalInfos"), None)
    areas: list[TelegramArea] = []
    for info in children(infos, "MeteorologicalInfo"):
        for item in children(info, "Item"):
            if text(item, "Kind", "Name") is not None:
                areas.extend(_phenomenon(item))
    areas = areas or list(tagged(frame, hazard).areas)
    told = next((area.hazard for area in areas if area.hazard != "other"), hazard)
    return Content(hazard=hazard_of_words(frame.head_title, told), areas=tuple(areas))


def _phenomenon(item: etree._Element) -> Iterator[TelegramArea]:
    what = text(item, "Kind", "Property", "Type")
    for place in places(item):
        yield TelegramArea(
            code=place.code,
            name=place.name,
            hazard=hazard_of_words(what),
            code_type=place.code_type,
            kind_name=text(item, "Kind", "Name"),
            condition=what,
        )


def _content(frame: Frame, hazard: str, blocks: Blocks) -> Content:
    areas: list[TelegramArea] = []
    without: list[str] = []
    for kinds, listed in items(blocks):
        for kind in kinds:
            if kind.nothing:
                without.extend(place.code for place in listed)
                continue
            own = hazard_of_words(kind.condition, hazard)  # each area by its own tags
            areas.extend(entry(kind, place, own, kind.status) for place in listed)
    return Content(
        hazard=hazard,
        areas=tuple(areas),
        areas_without_warning=tuple(dict.fromkeys(without)),
        observations=tuple(_observations(frame.body)),
    )


def _observations(body: etree._Element | None) -> Iterator[Observation]:
    """What MeteorologicalInfos of 観測実況 say was measured at a station."""
    for infos in children(body, "MeteorologicalInfos"):
        if infos.get("type") != "観測実況":
            continue
        for info in children(infos, "MeteorologicalInfo"):
            for item in children(info, "Item"):
                yield from _measured(item)


def _measured(item: etree._Element) -> Iterator[Observation]:
    station = child(item, "Station")
    station = child(item, "Area") if station is None else station
    for name in _MEASURED:
        for element in item.iterfind(f".//{{{EB}}}{name}"):
            value = number(element)
            if value is not None:
                yield Observation(
                    station=text(station, "Name") or "",
                    station_code=text(station, "Code"),
                    element=element.get("type", name),
                    value=value,
                    unit=element.get("unit", ""),
                    time=text(element.getparent(), "Time"),
                )
