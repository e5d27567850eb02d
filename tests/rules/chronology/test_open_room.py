"""What strangers may read on the wall."""

from __future__ import annotations

import pytest

from rules.chronology.open_room import fit
from tests.rules.chronology.test_line import line


@pytest.mark.parametrize(
    ("kind", "hazards", "shown"),
    [
        ("hazard", "Actual/river_level/flood/032010001/tatesakabashi", True),
        ("issued", "", True),
        ("hazard", "Actual/sightings/bear/032010001/hub/v1/report/17", False),
        ("hazard", "Actual/gatherings/theft_cluster/032010001/", False),
        ("hazard", "odd", False),
        ("matter", "", False),
        ("note", "", False),
        ("draft", "", False),
        ("break_glass", "", False),
        ("access", "", False),
        ("report", "", False),
    ],
)
def test_no_words_of_people(kind: str, hazards: str, shown: bool) -> None:
    assert fit(line(kind=kind, refs={"hazards": hazards} if hazards else {})) is shown
