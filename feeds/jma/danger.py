"""VPWP50 気象警報・注意報時系列情報: how dangerous it will be, for each municipality and hazard, every three hours.

A forecast, not a warning: nothing is in force because it stands here. A telegram has some ten thousand steps, nearly
all of them calm; kept are the hazards that reach an advisory at some time, with the stretches in which they do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from feeds.jma.blocks import Place
from feeds.jma.codes import LEVELLED, named_level
from feeds.jma.content import Content
from feeds.jma.frame import METEOROLOGY, Frame, children, text
from feeds.jma.time_series import Times, gathered
from feeds.records import Period, TelegramArea

# What 「…危険度」 speaks of, the first match decides: 融雪 and 着雪 are advisories, 雪 alone is heavy snow.
_WORDS = (
    ("大雨", "heavy_rain"),
    ("浸水", "heavy_rain"),
    ("土砂", "landslide"),
    ("洪水", "flood"),
    ("高潮", "storm_surge"),
    ("波", "wave"),
    ("融雪", "advisory"),
    ("着雪", "advisory"),
    ("風", "wind_storm"),
    ("雪", "heavy_snow"),
)
_STEPS = (("特別警報級", 5), ("警報級", 3), ("注意報級", 2))  # of the hazards that have no 警戒レベル


@dataclass(frozen=True, slots=True)
class _Step:
    strength: int
    period: Period


def danger_series(frame: Frame, hazard: str) -> Content:
    """One entry per (area, hazard) that reaches an advisory; its kind is the strongest step, ``periods`` say when."""
    listed, found = gathered(frame, _steps)
    areas = tuple(_entry(place, name, steps) for (place, name), steps in found.items())
    reached = {area.code for area in areas}
    strongest = max(found, key=lambda key: max(step.strength for step in found[key]), default=None)
    return Content(
        hazard=_hazard(strongest[1]) if strongest else hazard,
        areas=areas,
        areas_without_warning=tuple(code for code in listed if code not in reached),
    )


def _steps(item: etree._Element, times: Times) -> Iterator[tuple[str, _Step]]:
    """Of an item every step that is an advisory or more; parts of an area (陸上, 海上) count alike."""
    for kind in children(item, "Kind"):
        for block in children(kind, "Property"):
            name = text(block, "Type") or ""
            for part in children(block, "SignificancyPart"):
                for one in part.iter(f"{{{METEOROLOGY}}}Significancy"):
                    told = text(one, "Name") or ""
                    strength = _strength(told)
                    when = times.get(one.get("refID"))
                    start = text(when, "DateTime")
                    if strength and start:
                        level = strength if _hazard(name) in LEVELLED else None
                        period = Period(start, text(when, "Duration"), text(one, "Code"), told, level)
                        yield name, _Step(strength, period)


def _strength(name: str) -> int:
    """2 to 5; 0 below an advisory, which only the word 未満 tells."""
    if name.endswith("未満"):
        return 0
    return named_level(name) or next((strength for word, strength in _STEPS if name.startswith(word)), 0)


def _entry(place: Place, name: str, steps: list[_Step]) -> TelegramArea:
    worst = max(steps, key=lambda step: step.strength)
    at: dict[str, _Step] = {}
    for step in sorted(steps, key=lambda step: step.strength):
        at[step.period.start] = step
    return TelegramArea(
        code=place.code,
        name=place.name,
        hazard=_hazard(name),
        code_type=place.code_type,
        kind_code=worst.period.code,
        kind_name=name,
        condition=worst.period.name,
        alert_level=worst.period.alert_level,
        periods=tuple(at[start].period for start in sorted(at)),
    )


def _hazard(name: str) -> str:
    return next((hazard for word, hazard in _WORDS if word in name), "advisory")
