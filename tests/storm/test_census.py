"""What the storm's hub says of itself is so."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from tests.storm.census import holders, memory, objects


class Kept:
    """Of which there is one."""

    def __init__(self) -> None:
        self.me = [1]


def test_memory_is_told_by_who_asked_for_it() -> None:
    before = memory()
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE TABLE one AS SELECT zeroblob(5000000) AS blob")
        during = memory()
    assert during["sqlite"] - before["sqlite"] > 4.9
    assert memory()["sqlite"] - before["sqlite"] < 1
    assert before["resident"] > before["held"] > 0


def test_who_holds_a_thing_is_told_up_to_a_module() -> None:
    """A module is what its names are in."""
    module = {"__name__": "storehouse", "__builtins__": {}, "HERE": [Kept()]}
    count, by_type = objects()
    assert 0 < sum(by_type.values()) <= count
    assert holders(["Kept"]) == {"Kept": [("Kept < list[1] < module storehouse.HERE", 1)]}, module
