"""How much is measured side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tests.peers.flows import Form

HUB = "Shirase"
KEEPS_NOTHING = "plain rule that posts changes only"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Sizes. A slow side gets fewer readings, so that each takes about as long."""

    rounds: int
    readings: Mapping[str, int]  # of a run that asks what a side sustains
    rates: Mapping[float, float]  # readings a second at which delays are measured → seconds of such a run
    rises: int  # alerts in it
    seconds: float  # of a run in which something breaks
    struck_rate: float  # readings a second while something breaks
    struck: int  # alerts meanwhile
    broken: tuple[str, ...] = (HUB, Form.PLAIN)  # sides on which it breaks; the forms take in and post alike


FULL = Scale(
    rounds=3,
    readings={HUB: 10_000, Form.PLAIN: 6_000, Form.TURF: 1_000, Form.INDEXED: 6_000, KEEPS_NOTHING: 20_000},
    # A quiet day, a storm, and more than a flow with turf takes: what is late there grows with the seconds, and is its
    # delay all the same.
    rates={50.0: 20.0, 500.0: 8.0, 1200.0: 8.0},
    rises=40,
    seconds=20.0,
    struck_rate=300.0,
    struck=200,
)
SHORT = Scale(
    rounds=1,
    readings={HUB: 1_000, Form.PLAIN: 1_000, Form.TURF: 300, Form.INDEXED: 1_000, KEEPS_NOTHING: 2_000},
    rates={20.0: 6.0, 200.0: 2.0},
    rises=10,
    seconds=10.0,
    struck_rate=100.0,
    struck=20,
)
