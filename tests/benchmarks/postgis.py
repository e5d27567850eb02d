"""The same points asked of PostGIS: a database that many cities would put this layer into.

It gets what its handbook advises: a GiST index, statistics, a prepared statement, one connection over a Unix socket,
all in memory; and once more with the zones cut into pieces of 128 corners, its cure for large polygons. Both sides must
find the same zones.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import asyncpg
import shapely

from geo.layers.layer import Layer
from tests.benchmarks.figure import Figure, beside, seconds
from tests.benchmarks.lookup import Point, layers, points
from tests.benchmarks.scale import Scale
from tests.postgresql import Cluster, binaries, cluster

NAME = "postgis"
MISSING = "PostGIS is not here: install the distribution's postgresql and postgis (Debian: postgresql-15-postgis-3)"
_BATCH = 1000  # points in one question
_PIECES = 128  # corners of a piece
_POINT = "ST_SetSRID(ST_MakePoint({x}, {y}), 6668)"
_NOTHING = "PostgreSQL asked for nothing: the way there and back"
_TABLES = {"zones": "", "pieces": ", cut into pieces"}


async def measure(scale: Scale, folder: Path) -> list[Figure]:
    """Nothing, with the reason on stderr, where there is no PostGIS."""
    programs = binaries()
    if programs is not None:
        with cluster(programs) as server:
            if offers_postgis(server):
                return [one for what, layer in layers(folder) for one in await _over(server, what, layer, scale)]
    print(f"{NAME} left out: {MISSING}", file=sys.stderr)
    return []


def offers_postgis(server: Cluster) -> bool:
    """True where the server could create the extension."""
    return server.sql("SELECT count(*) FROM pg_available_extensions WHERE name = 'postgis'") == "1"


@dataclass(frozen=True, slots=True)
class _Asking:
    """The two prepared questions over one of the tables."""

    one: Callable[[float, float], Coroutine[Any, Any, list[Any]]]
    many: Callable[[Sequence[float], Sequence[float]], Coroutine[Any, Any, list[Any]]]


async def _over(server: Cluster, what: str, layer: Layer, scale: Scale) -> list[Figure]:
    name = f"layer{len(layer.zones)}"
    server.database(name)
    connection = await asyncpg.connect(host=str(server.folder), user="shirase", database=name)
    try:
        await _load(connection, layer)
        nothing = await connection.prepare("SELECT $1::float8, $2::float8")
        figures = [await _singles(f"{what}: a point", _NOTHING, layer, nothing.fetch, scale)]
        for table, how in _TABLES.items():
            asking = await _prepare(connection, table)
            await _agreeing(layer, asking, points(layer, 0)[::10])
            figures.append(await _singles(f"{what}: a point", f"PostGIS{how}, alone", layer, asking.one, scale))
            figures.append(await _batch(f"{what}: a point", f"PostGIS{how}, {_BATCH:,} at once", layer, asking, scale))
    finally:
        await connection.close()
    return figures


async def _load(connection: asyncpg.Connection[Any], layer: Layer) -> None:
    await connection.execute("CREATE EXTENSION postgis")
    await connection.execute("CREATE TABLE zones (id integer, shape geometry(Polygon, 6668))")
    rows = [(number, shapely.to_wkb(zone.geometry)) for number, zone in enumerate(layer.zones)]
    await connection.executemany("INSERT INTO zones VALUES ($1, ST_GeomFromWKB($2, 6668))", rows)
    await connection.execute(f"CREATE TABLE pieces AS SELECT id, ST_Subdivide(shape, {_PIECES}) AS shape FROM zones")
    for table in _TABLES:
        await connection.execute(f"CREATE INDEX ON {table} USING gist (shape)")
        await connection.execute(f"VACUUM ANALYZE {table}")


async def _prepare(connection: asyncpg.Connection[Any], table: str) -> _Asking:
    """A border between two pieces belongs to both: their zone is told once."""
    alone = _POINT.format(x="$1", y="$2")
    one = await connection.prepare(f"SELECT DISTINCT id FROM {table} WHERE ST_Intersects(shape, {alone})")
    among = _POINT.format(x="x", y="y")
    places = "unnest($1::float8[], $2::float8[]) WITH ORDINALITY AS p(x, y, n)"
    many = await connection.prepare(
        f"SELECT DISTINCT n, id FROM {places} JOIN {table} ON ST_Intersects(shape, {among})"
    )
    return _Asking(one.fetch, many.fetch)


async def _singles(
    figure: str,
    baseline: str,
    layer: Layer,
    ask: Callable[[float, float], Coroutine[Any, Any, list[Any]]],
    scale: Scale,
) -> Figure:
    """One question a point, the next when the answer is there."""
    pairs = []
    for repeat in range(scale.repeats):
        places = points(layer, repeat)
        began = perf_counter()
        for x, y in places:
            await ask(x, y)
        asked = (perf_counter() - began) / len(places)
        pairs.append((_own(layer, places), 1e6 * asked))
    return beside(NAME, figure, "µs", baseline, pairs)


async def _batch(figure: str, baseline: str, layer: Layer, asking: _Asking, scale: Scale) -> Figure:
    """One question for all points, and what each of them costs."""
    pairs = []
    for repeat in range(scale.repeats):
        places = points(layer, repeat)[:_BATCH]
        began = perf_counter()
        await asking.many(*zip(*places, strict=True))
        asked = (perf_counter() - began) / len(places)
        pairs.append((_own(layer, places), 1e6 * asked))
    return beside(NAME, figure, "µs", baseline, pairs)


def _own(layer: Layer, places: Sequence[Point]) -> float:
    return 1e6 * seconds(lambda: [layer.at(x, y) for x, y in places]) / len(places)


async def _agreeing(layer: Layer, asking: _Asking, places: Sequence[Point]) -> None:
    """ValueError where the layer and the database differ: then the benchmark compares two different things."""
    numbers = {id(zone): number for number, zone in enumerate(layer.zones)}
    together: dict[int, set[int]] = {}
    for place, zone in await asking.many(*zip(*places, strict=True)):
        together.setdefault(place - 1, set()).add(zone)
    for number, (x, y) in enumerate(places):
        own = {numbers[id(zone)] for zone in layer.at(x, y)}
        alone = {row["id"] for row in await asking.one(x, y)}
        if not own == alone == together.get(number, set()):
            raise ValueError(f"{x}, {y}: the layer and PostGIS differ")
