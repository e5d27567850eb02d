"""Catchments: gauges whose waters meet. What one of them will do is foreseen without those of any other."""

from __future__ import annotations

from collections.abc import Callable, ItemsView, Iterator, Mapping, ValuesView
from dataclasses import dataclass, replace

from geo.hazard import Hazard
from geo.model import Ground, Model
from geo.station import Station

_OF_WATER = frozenset({"water_level", "discharge"})


def catchments(stations: Mapping[str, Station]) -> dict[str, frozenset[str]]:
    """Codes of gauges and dams by the name of their catchment: the first of its rivers, in the order of their names.

    Together are those of one river, and those of which one names the other as upstream. A gauge without river and
    without such a tie stands in none.
    """
    root = {code: code for code, one in stations.items() if one.quantities & _OF_WATER}

    def find(code: str) -> str:
        while root[code] != code:
            code = root[code]
        return code

    first: dict[str, str] = {}
    for code in sorted(root):
        tied = [other for other in stations[code].upstream if other in root]
        if river := stations[code].river:
            tied.append(first.setdefault(river, code))
        for other in tied:
            root[find(other)] = find(code)
    together: dict[str, set[str]] = {}
    for code in root:
        together.setdefault(find(code), set()).add(code)
    named = {}
    for codes in together.values():
        if rivers := sorted({stations[code].river for code in codes} - {""}):
            named[rivers[0]] = frozenset(codes)
    return dict(sorted(named.items()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A part of the picture that is worked out by itself: some models, on the ground without some gauges.

    ``by_gauge`` names the models whose every hazard comes of one gauge, which is its source.
    """

    name: str
    models: tuple[Model, ...]
    by_gauge: frozenset[str] = frozenset()
    rivers: bool | None = None  # True: those models; False: all others; None: it is the whole picture
    gauges: frozenset[str] | None = None  # None: all but those of ``elsewhere``
    elsewhere: frozenset[str] = frozenset()

    def owns(self, hazard: Hazard) -> bool:
        """True where this share says whether it still holds."""
        of_gauge = hazard.model.partition("@")[0] in self.by_gauge
        return self.rivers is None or (of_gauge is self.rivers and self._has(hazard.source.partition(":")[0]))

    def of(self, ground: Ground) -> Ground:
        """The ground as this share sees it; stations that are adopted later are seen too."""
        return replace(ground, stations=_Seen(ground.stations, self.sees)) if self.rivers else ground

    def sees(self, station: Station) -> bool:
        """True for what is no gauge, and for gauges of its own."""
        return not station.quantities & _OF_WATER or self._has(station.code)

    def _has(self, code: str) -> bool:
        return code not in self.elsewhere if self.gauges is None else code in self.gauges


def whole(name: str, models: tuple[Model, ...]) -> Share:
    """The picture in one piece."""
    return Share(name=name, models=models)


def shares(
    name: str, models: tuple[Model, ...], by_gauge: frozenset[str], stations: Mapping[str, Station]
) -> list[Share]:
    """The picture in pieces: one for everything that is no matter of gauges, and one for each catchment.

    Each hazard belongs to exactly one. The first catchment also has every gauge that is in none of ``stations``, so
    these must be the same wherever the others run: those of the profile, not those adopted meanwhile.
    """
    known = catchments(stations)
    first = next(iter(known), "")
    rivers = tuple(one for one in models if one.name in by_gauge)
    others = tuple(one for one in models if one.name not in by_gauge)
    elsewhere = frozenset[str]().union(*(codes for river, codes in known.items() if river != first))
    return [
        Share(name=name, models=others, by_gauge=by_gauge, rivers=False),
        Share(name=f"{name}:{first}", models=rivers, by_gauge=by_gauge, rivers=True, elsewhere=elsewhere),
        *(
            Share(name=f"{name}:{river}", models=rivers, by_gauge=by_gauge, rivers=True, gauges=codes)
            for river, codes in known.items()
            if river != first
        ),
    ]


class _Seen(Mapping[str, Station]):
    """Some of the stations, of a mapping that may change while it is read."""

    def __init__(self, stations: Mapping[str, Station], sees: Callable[[Station], bool]) -> None:
        self._stations, self._sees = stations, sees

    def _now(self) -> dict[str, Station]:
        return {code: one for code, one in self._stations.items() if self._sees(one)}

    def __getitem__(self, code: str) -> Station:
        if not self._sees(station := self._stations[code]):
            raise KeyError(code)
        return station

    def __iter__(self) -> Iterator[str]:
        return iter(self._now())

    def __len__(self) -> int:
        return len(self._now())

    def values(self) -> ValuesView[Station]:
        """Of one moment, as :meth:`items`."""
        return self._now().values()

    def items(self) -> ItemsView[str, Station]:
        return self._now().items()
