"""Telegrams of a type that has no reader: weather forecasts, marine warnings, whatever comes next.

The frame is the same for all, and most list their areas where others do. So much is told of them; no model acts on it.
"""

from __future__ import annotations

from dataclasses import replace

from lxml import etree

from feeds.jma.blocks import Blocks, entry, finest, items
from feeds.jma.codes import named_level
from feeds.jma.content import Content
from feeds.jma.frame import SEISMOLOGY, VOLCANOLOGY, BadTelegram, Frame, children
from feeds.jma.notices import hazard_of_words
from feeds.jma.quake import earthquake

_WARNS = ("警報", "危険", "臨時")


def untyped(frame: Frame) -> Content:
    """What any telegram tells: hazard by its words, the areas of the Body's warnings, else of the Headline."""
    family = None if frame.body is None else etree.QName(frame.body).namespace
    if family == SEISMOLOGY:
        return earthquake(frame, "tsunami" if "津波" in frame.title else "earthquake")
    hazard = "volcano" if family == VOLCANOLOGY else hazard_of_words(frame.title, hazard_of_words(frame.head_title))
    try:
        told = [(kind, place) for kinds, places in items(_blocks(frame)) for kind in kinds for place in places]
    except BadTelegram:  # lists of other kinds, as of points at sea, need no code of an area
        told = []
    entries = (entry(kind, place, hazard, kind.status) for kind, place in told if not kind.nothing)
    return Content(
        hazard=hazard,
        areas=tuple(
            replace(one, alert_level=0 if one.status == "解除" else named_level(one.kind_name)) for one in entries
        ),
        areas_without_warning=tuple(dict.fromkeys(place.code for kind, place in told if kind.nothing)),
    )


def warns(frame: Frame, content: Content) -> bool:
    """Whether somebody has to look at it, because it may warn of a danger that no model will see."""
    names = [frame.title, frame.head_title, *(area.kind_name or "" for area in content.areas)]
    return any(named_level(name) or any(word in name for word in _WARNS) for name in names)


def _blocks(frame: Frame) -> Blocks:
    return finest(children(frame.body, "Warning")) or finest(frame.information)
