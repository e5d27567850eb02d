"""VXWW50 土砂災害警戒情報 (レベル４土砂災害危険警報): one list of municipalities, each 警戒, 解除 or なし."""

from __future__ import annotations

from feeds.jma.blocks import Named, entry, finest, items, listing
from feeds.jma.codes import named_level
from feeds.jma.content import Content
from feeds.jma.frame import BadTelegram, Frame, children

_LEVELS = {"3": 4, "警戒": 4, "1": 0}  # 警戒 stands for 警戒レベル４, 解除 for its end; 0 なし is no entry


def landslide_warning(frame: Frame, hazard: str) -> Content:
    """Body first; where there is none, the groups of the Headline, which carry the change as Condition."""
    blocks = listing(frame, finest(children(frame.body, "Warning")))
    listed = [(kind, place) for kinds, places in items(blocks) for kind in kinds for place in places]
    return Content(
        hazard=hazard,
        areas=tuple(
            entry(kind, place, hazard, kind.status or kind.condition, _level(kind))
            for kind, place in listed
            if not kind.nothing
        ),
        areas_without_warning=tuple(place.code for kind, place in listed if kind.nothing),
    )


def _level(kind: Named) -> int:
    if kind.released:
        return 0
    level = named_level(kind.name) or _LEVELS.get(kind.code or "", _LEVELS.get(kind.name or ""))
    if level is None:
        what = f"kind {kind.code!r} {kind.name!r} is neither 警戒, 解除 nor なし"
        raise BadTelegram("bad_telegram", what, "/Report/Body/Warning")
    return level
