"""Weather warnings and advisories: VPWW53 to VPWW61, and VPNO50 which only says that a special warning is out.

A telegram is the whole picture of its office and hazard: every area is listed, with what holds there or with nothing.
"""

from __future__ import annotations

from feeds.jma.blocks import Blocks, Named, Place, entry, finest, items, listing
from feeds.jma.codes import LEVELLED, hazard_of, warning_level
from feeds.jma.content import Content
from feeds.jma.frame import Frame, children
from feeds.records import TelegramArea

_STRENGTH = ("注意報", "警報", "危険警報", "特別警報")


def weather_warnings(frame: Frame, hazard: str) -> Content:
    """Entries of the Body's finest level, else of the Headline's. Hazard ``all``: the telegram holds every hazard."""
    return _content(frame, hazard, listing(frame, finest(children(frame.body, "Warning"))))


def special_warning(frame: Frame, hazard: str) -> Content:
    """The Body is empty by design; the Headline names kinds and areas."""
    return _content(frame, hazard, listing(frame))


def _content(frame: Frame, hazard: str, blocks: Blocks) -> Content:
    areas: list[TelegramArea] = []
    without: dict[str, None] = {}
    for kinds, places in items(blocks):
        for place in places:
            for kind in kinds:
                if kind.nothing:
                    without[place.code] = None
                else:
                    areas.append(_entry(kind, place, hazard, frame))
    return Content(
        hazard=_main(areas) if hazard == "all" else hazard,
        areas=tuple(areas),
        areas_without_warning=tuple(without),
    )


def _entry(kind: Named, place: Place, of_type: str, frame: Frame) -> TelegramArea:
    code = kind.last_code if kind.code == "00" else kind.code
    hazard = hazard_of(code, kind.name, "other" if of_type == "all" else of_type)
    level = warning_level(kind.code, kind.name, hazard, frame.reported_at)
    if kind.released and (hazard in LEVELLED or hazard == "other"):
        level = 0  # other: 解除 of a special warning that is not named any more
    return entry(kind, place, hazard, kind.status or ("解除" if kind.released else None), level)


def _main(areas: list[TelegramArea]) -> str:
    """The hazard of the strongest kind in force, the first of equals; other where nothing is in force."""
    strongest = max((a for a in areas if a.status != "解除"), key=_strength, default=None)
    return strongest.hazard if strongest else "other"


def _strength(area: TelegramArea) -> tuple[int, int]:
    name = area.kind_name or ""
    steps = [place for place, ending in enumerate(_STRENGTH) if name.endswith(ending)]
    return max(steps, default=-1), area.alert_level or 0
