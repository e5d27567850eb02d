"""The one table of tables: what is given away as CSV. Each is a line here and a function that reads its rows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from aiohttp import web

from services.web.open import national, past
from services.web.open.cells import Cell

Rows: TypeAlias = Callable[[web.Request], Awaitable[Iterable[Sequence[Cell]]]]
PREFIX = "/open/csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table. ``beside`` names the collection of the same data, empty where there is none."""

    id: str
    title: str
    title_en: str
    description: str
    columns: Sequence[str]
    rows: Rows
    beside: str = ""
    asked: Sequence[str] = ()  # parameters, as the example shows them
    needed: Sequence[str] = ()

    @property
    def path(self) -> str:
        """Where it is; with nothing asked for, all of it or what is usual."""
        return f"{PREFIX}/{self.id}.csv"


TABLES: Sequence[Table] = (
    Table(
        id="evacuation_space",
        title="指定緊急避難場所一覧（自治体標準オープンデータセット）",
        title_en="Emergency evacuation sites, municipal standard layout",
        description="The columns of the national standard for municipalities; what is not known is empty.",
        columns=national.STANDARD,
        rows=national.standard,
        beside="shelters",
    ),
    Table(
        id="shelters_emergency",
        title="指定緊急避難場所（国土地理院の様式）",
        title_en="Emergency evacuation sites, layout of the survey authority",
        description="The columns of the national list of the Geospatial Information Authority.",
        columns=national.SURVEY,
        rows=national.survey,
        beside="shelters",
    ),
    Table(
        id="shelters_open",
        title="避難所の開設状況",
        title_en="Places of refuge as issued",
        description="What the city issued of each place: open or closed, how full, as of when.",
        columns=national.OPENED,
        rows=national.opened,
        beside="shelters",
    ),
    Table(
        id="stations",
        title="観測所",
        title_en="Sensors",
        description="Where each sensor stands and what it measures.",
        columns=national.STATIONS,
        rows=national.stations,
        beside="stations",
    ),
    Table(
        id="readings_latest",
        title="最新の観測値",
        title_en="Newest readings",
        description="The newest trusted value of each sensor and quantity. Preliminary.",
        columns=past.READINGS,
        rows=past.newest,
        beside="readings",
    ),
    Table(
        id="readings",
        title="観測所ごとの時系列",
        title_en="Readings of one sensor",
        description="Trusted values of a period of at most 31 days, oldest first: station, quantity, from, to.",
        columns=past.READINGS,
        rows=past.series,
        asked=("station", "quantity", "from", "to"),
        needed=("station", "quantity"),
    ),
    Table(
        id="snow_depth_daily",
        title="積雪の深さ（日別）",
        title_en="Snow depth by day",
        description="Highest, lowest and mean trusted depth of each day in Japan, at most 366 days: from, to.",
        columns=past.SNOW,
        rows=past.snow_by_day,
        asked=("from", "to"),
    ),
    Table(
        id="plowing_sections",
        title="除雪工区の状況",
        title_en="Plow sections",
        description="How plowing of each section stands now, and how much of it was done within a day.",
        columns=past.SECTIONS,
        rows=past.plowing,
        beside="snow-sections",
    ),
    Table(
        id="alerts",
        title="発表した情報の履歴",
        title_en="Alerts that were published",
        description="Every revision that went out to everybody by CAP, at most 366 days: from, to.",
        columns=past.ALERTS,
        rows=past.alerts_published,
        beside="alerts",
        asked=("from", "to"),
    ),
    Table(
        id="animals_daily",
        title="動物の目撃の件数（日・区画別）",
        title_en="Animals seen, by day and square",
        description="Numbers of confirmed sightings that are listed no more.",
        columns=past.ANIMALS,
        rows=past.animals,
        beside="animals",
    ),
)
