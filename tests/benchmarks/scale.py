"""How much is measured: the whole form, the short one, and the tiny one of the test suite."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Sizes of every benchmark."""

    repeats: int  # of noisy figures; medians are quoted
    readings: int  # per burst of the ingest
    paced: int  # readings at a city's ordinary pace
    rapid: int  # readings at twenty times that
    rounds: int  # telegrams end to end
    single: int  # readings followed one by one to their hazard
    decoded: int  # readings per repeat of the decoder
    telegrams: int  # telegrams per repeat of the decoder
    hours: float  # of the exercise played before the steps are measured; the worst is after 11.8
    replayed: float  # hours of a hundred stations that are gone through again
    steps: int  # steps of each loop and runs of each model
    starts: int  # starts of the hub
    backlog: int  # readings that wait for the hub
    plows: int  # vehicles whose hour is matched; ten times, and eighteen times as many too
    fleet: int  # machines of a whole day
    fleet_hours: float
    map_sensors: int  # on the operations map
    map_areas: int
    past_hours: float  # of a busy night that the console looks back on
    streams: int  # residents' pages that stay open
    months: tuple[int, ...] = (1, 2)  # after which a store of years is asked
    sensors: int = 2  # that filled it, each ten minutes
    both_engines: bool = False  # of the store of years
    gauges: int | None = None  # of the real series that quality control is measured on; None: all


FULL = Scale(
    repeats=5,
    readings=10_000,
    paced=300,
    rapid=6000,
    rounds=20,
    single=100,
    decoded=5000,
    telegrams=200,
    hours=11.8,
    replayed=24,
    steps=25,
    starts=3,
    backlog=25_000,
    plows=40,
    fleet=733,
    fleet_hours=24,
    map_sensors=10_000,
    map_areas=3000,
    past_hours=48,
    streams=5000,
    months=(1, 12, 60),
    sensors=20,
    both_engines=True,
)
SHORT = Scale(
    repeats=1,
    readings=400,
    paced=80,
    rapid=400,
    rounds=1,
    single=2,
    decoded=500,
    telegrams=20,
    hours=1,
    replayed=0.5,
    steps=3,
    starts=1,
    backlog=1000,
    plows=4,
    fleet=20,
    fleet_hours=0.5,
    map_sensors=300,
    map_areas=100,
    past_hours=1,
    streams=200,
    gauges=200,
)
TINY = replace(
    SHORT,
    readings=80,
    paced=20,
    rapid=80,
    decoded=50,
    telegrams=3,
    hours=0.7,
    steps=2,
    backlog=200,
    plows=1,
    fleet=10,
    fleet_hours=0.25,
    map_sensors=60,
    map_areas=25,
    past_hours=0.5,
    streams=50,
)
