"""Blocks of items at several levels of area, of which the finest counts, and what an item says of its areas."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from lxml import etree

from feeds.jma.frame import METEOROLOGY, BadTelegram, Frame, child, children, text
from feeds.records import TelegramArea
from feeds.safe_xml import path_of

# What stands in brackets at the end of a block's type, finest first.
FINEST = ("市町村等", "市町村等をまとめた地域等", "一次細分区域等", "発表細分", "府県予報区等")
MUNICIPALITIES = "気象・地震・火山情報／市町村等"
FORECAST_AREAS = "気象情報／府県予報区・細分区域等"
_BRACKET = re.compile(r"（([^（）]*)）$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A Kind or an Area: Code and Name, and of a Kind what else it says."""

    code: str | None
    name: str | None
    status: str | None = None
    condition: str | None = None
    last_code: str | None = None

    @property
    def released(self) -> bool:
        """A release keeps the code of what it releases; judging by the code alone would read it as in force."""
        return self.status == "解除" or self.code == "00" or self.name == "解除"

    @property
    def nothing(self) -> bool:
        """The area has nothing of this telegram's hazard."""
        untold = (self.code, self.name, self.condition) == (None, None, None)
        return "なし" in (self.status or "") or self.name == "なし" or untold


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An area of an item; ``code_type`` because digits alone are ambiguous."""

    code: str
    name: str
    code_type: str


Blocks: TypeAlias = Sequence[etree._Element]


def finest(blocks: Iterable[etree._Element]) -> Blocks:
    """The blocks at the finest level of area, municipalities before groups before subdivisions before the prefecture:
    mostly one, but nothing forbids a telegram to share a level out among several. Those without an Item do not count.
    """
    told = [block for block in blocks if child(block, "Item") is not None]
    best = min(map(_rank, told), default=None)
    return [block for block in told if _rank(block) == best]


def listing(frame: Frame, of_body: Blocks = ()) -> Blocks:
    """The blocks that list the areas: the Body's, else the Headline's finest.

    A telegram is the whole picture, so one without any list would read as "all clear": BadTelegram, except for a
    withdrawal, which lists nothing.
    """
    blocks = of_body or finest(frame.information)
    if not blocks and frame.info_type != "取消":
        raise BadTelegram("bad_telegram", "neither Body nor Headline lists any area", "/Report/Body")
    return blocks


def _rank(block: etree._Element) -> int:
    found = _BRACKET.search(block.get("type", ""))
    level = found[1] if found else ""
    return FINEST.index(level) if level in FINEST else len(FINEST)


def items(blocks: Blocks) -> Iterator[tuple[list[Named], list[Place]]]:
    """Of each Item its kinds and its areas, whether written Area or Areas/Area, Kind/LastKind or LastKind beside it.

    BadTelegram for an Item that lacks either: left away, its areas would read as "all clear".
    """
    for item in (item for block in blocks for item in children(block, "Item")):
        beside = text(item, "LastKind", "Code")
        kinds = [
            Named(
                code=text(kind, "Code"),
                name=text(kind, "Name"),
                status=text(kind, "Status"),
                condition=text(kind, "Condition"),
                last_code=text(kind, "LastKind", "Code") or beside,
            )
            for kind in children(item, "Kind")
        ]
        listed = list(places(item))
        if not listed:
            raise BadTelegram("bad_telegram", "an Item without an Area speaks of nowhere", path_of(item))
        if not kinds:
            raise BadTelegram("bad_telegram", "an Item without a Kind does not say what holds there", path_of(item))
        yield kinds, listed


def entry(kind: Named, place: Place, hazard: str, status: str | None, alert_level: int | None = None) -> TelegramArea:
    """One (area, kind) of a telegram, as the contract lists it."""
    return TelegramArea(
        code=place.code,
        name=place.name,
        hazard=hazard,
        code_type=place.code_type,
        kind_code=kind.code,
        kind_name=kind.name,
        status=status,
        condition=kind.condition,
        last_code=kind.last_code,
        alert_level=alert_level,
    )


def places(item: etree._Element) -> Iterator[Place]:
    """The areas of an item, each with its code; BadTelegram for an area without one."""
    group = child(item, "Areas")
    kind_of_code = "" if group is None else group.get("codeType", "")
    for area in [*children(item, "Area"), *children(group, "Area")]:
        code = text(area, "Code")
        if code is None:
            raise BadTelegram("bad_telegram", "an area without a Code cannot be placed", path_of(area))
        code_type = area.get("codeType") or kind_of_code or _implied(area, code)
        yield Place(code=code, name=text(area, "Name") or "", code_type=code_type)


def _implied(area: etree._Element, code: str) -> str:
    """Bodies of weather telegrams leave codeType away: seven digits are municipalities, six forecast areas there."""
    if etree.QName(area).namespace != METEOROLOGY:
        return ""
    return {7: MUNICIPALITIES, 6: FORECAST_AREAS}.get(len(code), "")
