"""The long runs, for a second: they start, go on from where they ended, and tell what they found."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import missing
from tests.fuzz.__main__ import table
from tests.fuzz.reach import few
from tests.fuzz.run import Outcome, found, fuzz, write
from tests.fuzz.targets import TARGETS

TARGET = TARGETS["japanese_time"]
FINE = Outcome(
    name="cap",
    executions=1_000,
    edges=90,
    corpus=7,
    slowest_s=0,
    begun_mb=100,
    peak_mb=120,
    finds=(),
    log=Path("cap.log"),
)


def test_a_run_goes_on_from_the_last_and_counts(tmp_path: Path) -> None:
    if importlib.util.find_spec("atheris") is None:
        missing("atheris has no wheel for this machine")
    earlier = tmp_path / "corpus" / TARGET.name
    earlier.mkdir(parents=True)
    write(earlier, ["令和8年1月13日正午".encode(), "平成元年十月".encode()])
    outcome = fuzz(TARGET, 1, tmp_path)
    assert outcome.faults == []
    assert min(outcome.executions, outcome.edges, outcome.peak_mb) > 0 and outcome.corpus >= 2
    assert "2 files found in" in outcome.log.read_text("utf-8")
    assert 0 < len(few(TARGET, found(TARGET.name, tmp_path))) <= outcome.corpus
    assert few(TARGET, TARGET.seeds) == []


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        (replace(FINE, finds=(Path("finds/cap/crash-1"),)), "tests.fuzz.one cap finds/cap/crash-1"),
        (replace(FINE, peak_mb=900), "memory grew from 100 to 900 MB"),
        (replace(FINE, executions=0), "see cap.log"),
    ],
)
def test_what_is_wrong_is_told(bad: Outcome, told: str) -> None:
    (fault,) = bad.faults
    assert told in fault and FINE.faults == []


def test_the_table_counts() -> None:
    *_, row, sums = table([FINE, replace(FINE, finds=(Path("a"), Path("b")))])
    assert row == "| cap | 1,000 | 90 | 7 | 2 | < 1 s | 100 → 120 MB |"
    assert sums == "| together | 2,000 | | | 2 | | |"
