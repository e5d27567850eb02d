"""TimeSeriesInfo: what a forecast says of each place step by step, gathered by place and word."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias, TypeVar

from lxml import etree

from feeds.jma.blocks import Place, places
from feeds.jma.frame import BadTelegram, Frame, child, children

Step = TypeVar("Step")
Times: TypeAlias = Mapping[str | None, etree._Element]  # TimeDefine by timeId


def gathered(
    frame: Frame, read: Callable[[etree._Element, Times], Iterator[tuple[str, Step]]]
) -> tuple[tuple[str, ...], dict[tuple[Place, str], list[Step]]]:
    """The codes of all places, and what ``read`` finds in their items. Raises BadTelegram for an empty Body."""
    if frame.body is None and frame.info_type != "取消":
        raise BadTelegram("bad_telegram", "the Body is empty", "/Report/Body")
    listed: dict[str, None] = {}
    found: dict[tuple[Place, str], list[Step]] = {}
    for infos in children(frame.body, "MeteorologicalInfos"):
        for series in children(infos, "TimeSeriesInfo"):
            times = {define.get("timeId"): define for define in children(child(series, "TimeDefines"), "TimeDefine")}
            for item in children(series, "Item"):
                for place in places(item):
                    listed[place.code] = None
                    for name, step in read(item, times):
                        found.setdefault((place, name), []).append(step)
    return tuple(listed), found
