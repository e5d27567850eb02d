"""``shirase verify live``, and the report of ``verify river`` as a page."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from geo.verification.hindsight import Hindsight
from geo.verification.tally import Bin, Tally
from services.cli import run
from services.cli.verify_report import write_report
from services.store.engine import Store
from tests.services.test_skill_page import fill


def live(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[dict], str]:
    code = run(["verify", "live", *arguments])
    out, err = capsys.readouterr()
    return code, [json.loads(line) for line in out.splitlines()], err


@pytest.fixture
def filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def put() -> None:
        store = await Store.open(f"sqlite:///{tmp_path / 'shirase.db'}")
        await fill(store)
        await store.close()

    asyncio.run(put())
    monkeypatch.setenv("SHIRASE_DATA_DIR", str(tmp_path))


@pytest.mark.usefixtures("filled")
def test_the_live_scores_come_line_by_line(capsys: pytest.CaptureFixture[str]) -> None:
    code, lines, _ = live(capsys, "--from", "2026-11-10", "--until", "2026-11-20")
    assert code == 0 and {line["what"] for line in lines} == {"warnings", "rivers", "reliability", "stories"}
    assert {(line["since"], line["until"], line["status"]) for line in lines} == {
        ("2026-11-10", "2026-11-20", "Actual")
    }
    river = next(line for line in lines if line["what"] == "rivers")
    assert river["pod"] == 0.75 and set(river["baseline"]) == {"persistence", "extrapolation"}
    code, lines, _ = live(capsys, "--from", "2020-01-01", "--until", "2020-01-31")
    assert code == 0 and {line["what"] for line in lines} == {"reliability"} and all(line["n"] == 0 for line in lines)


@pytest.mark.usefixtures("filled")
def test_a_span_that_ends_before_it_begins_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    code, lines, err = live(capsys, "--from", "2026-11-20", "--until", "2026-11-10")
    assert (code, lines) == (2, []) and json.loads(err)["error"] == "bad_span"


def test_the_report_is_a_page_that_people_can_read(tmp_path: Path) -> None:
    tally = Tally(n=10, events=4, hits=3, false_alarms=1, brier=1.6)
    told = {name: skill.told() for name, skill in (("p", tally.persistence()), ("e", tally.extrapolation()))}
    line = {"lead_h": 3, "n": 10, "events": 4, **tally.outlook().told()}
    line["baseline"] = {"persistence": told["p"], "extrapolation": told["e"]}
    bins = (Bin(10, 4, 4.2), *[Bin(0, 0, 0.0)] * 9)
    one = Hindsight(scores=line, reliability=bins, leads=(0.4, 1.8), missed=1, false_runs=2)
    write_report(tmp_path / "out.md", [one])
    text = (tmp_path / "out.md").read_text()
    for said in (
        "| 3 h | outlook | 0.75 | 0.25 | 0.60 | 0.33 | – | – |",
        "| 3 h | persistence | 0.00 | – |",
        "| 3 h | extrapolation |",
        "| 0.0–0.1 | 10 | 4 | 0.42 | 0.40 |",
        "| 0.1–0.2 | 0 | 0 | – | – |",
        "| no warning | 1 |",
        "| 1 | 1 |",
        "Runs of warnings for nothing: 2.",
    ):
        assert said in text, said
