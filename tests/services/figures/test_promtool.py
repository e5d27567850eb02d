"""The situations before Prometheus' own evaluator, where its `promtool` lies on the path: it says what ours says."""

from __future__ import annotations

import math
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import yaml

from services.store.engine import Store
from tests.promql import Labels, Scrape, names
from tests.services.figures.situations import CASES, Case, Hub
from tests.services.figures.test_rules import RULES

pytestmark = [pytest.mark.one_engine, pytest.mark.beyond]
PROMTOOL = shutil.which("promtool")
STAMP = re.compile(r"(timestamp_seconds|last_seen)$")
# A loop that was seen for a minute only: Prometheus reckons its rate over the whole five.
CASES_OF_BOTH = [name for name in CASES if name != "LoopFull"]


@pytest.mark.skipif(PROMTOOL is None, reason="no promtool here: install the distribution's prometheus")
@pytest.mark.parametrize("name", CASES_OF_BOTH)
async def test_prometheus_says_the_same(name: str, store: Store, tmp_path: Path) -> None:
    case, hub = CASES[name], Hub(store)
    await hub.scrape()
    await case.well(hub)
    await hub.scrape()
    calm = _test(name, case, hub.seen, fires=False)
    await case.ill(hub)
    await hub.scrape()
    file = tmp_path / "tests.yml"
    tests = [calm, _test(name, case, hub.seen, fires=True)]
    file.write_text(yaml.safe_dump({"rule_files": [], "evaluation_interval": "1m", "tests": tests}), encoding="utf-8")
    ended = subprocess.run([str(PROMTOOL), "test", "rules", str(file)], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def _test(name: str, case: Case, seen: Sequence[Scrape], *, fires: bool) -> dict[str, object]:
    """One scrape a minute; the second is where the rule is asked, for the labels of the case alone."""
    asked = f"clamp_max(count({_only(RULES[name], case.labels)}), 1)"
    samples = [{"labels": "{}", "value": 1}] if fires else []
    series = list(_series(seen, names(RULES[name]))) or [{"series": "nothing", "values": "0 0"}]
    expected = [{"expr": asked, "eval_time": "1m", "exp_samples": samples}]
    return {"name": name, "interval": "1m", "input_series": series, "promql_expr_test": expected}


def _only(rule: str, labels: dict[str, str]) -> str:
    """What fires with these labels: the others were left by other cases."""
    if not labels:
        return f"({rule})"
    keys = ", ".join(f'"{key}"' for key in labels)
    mine = f'label_replace(vector(1), "k", "{";".join(labels.values())}", "", "")'
    return f'label_join(({rule}), "k", ";", {keys}) * 0 == 0 and on(k) {mine}'


def _series(seen: Sequence[Scrape], wanted: set[str]) -> Iterator[dict[str, str]]:
    """Time begins at 0 there, so time stamps are told as of then; what has gone is stale."""
    found: dict[tuple[str, Labels], list[str]] = {}
    for index, scrape in enumerate(seen):
        for metric, vector in scrape.samples.items():
            if metric in wanted or re.sub(r"_(bucket|sum|count)$", "", metric) in wanted:
                for labels, value in vector.items():
                    told = value - (scrape.at - 60 * index) if STAMP.search(metric) else value
                    missing = ["_", "stale"]
                    words = found.setdefault((metric, labels), missing[: len(seen)])
                    words[index] = "NaN" if math.isnan(told) else repr(told)
    for (metric, labels), words in found.items():
        named = ",".join(f'{key}="{value}"' for key, value in sorted(labels))
        yield {"series": f"{metric}{{{named}}}", "values": " ".join(words)}
