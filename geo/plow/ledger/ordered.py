"""Work that no order asked for: shown beside what is paid, for people to decide about; orders come by phone, too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from geo.plow.spells import Doing, Spell, cut

Windows: TypeAlias = Mapping[str, Sequence[tuple[int, int]]]  # section → from when until when it was ordered


def beyond(some: Iterable[Spell], windows: Windows) -> list[Spell]:
    """The parts of work outside every order for the section it was in; together with the rest they are all of it."""
    found = []
    for one in some:
        if one.doing is Doing.WORK:
            mine = windows.get(one.section, ())
            parts = cut(one, (border for window in mine for border in window))
            found += [part for part in parts if not any(begin <= part.began < end for begin, end in mine)]
    return found
