"""Every alert rule fires in its situation, and not just before. ``for`` is not waited for."""

from __future__ import annotations

import pytest

from services.store.engine import Store
from tests.house.test_metrics import rules
from tests.promql import PromQLError, Scrape, fires, names
from tests.services.figures.situations import CASES, Hub

pytestmark = pytest.mark.one_engine
RULES = {rule["alert"].removeprefix("Shirase"): rule["expr"] for rule in rules()}


def test_every_rule_has_a_situation() -> None:
    assert RULES.keys() == CASES.keys()


@pytest.mark.parametrize("name", RULES)
async def test_it_fires_where_it_must_and_not_before(name: str, store: Store) -> None:
    case, hub, rule = CASES[name], Hub(store), RULES[name]
    await hub.scrape()
    await case.well(hub)
    await hub.scrape()
    assert case.labels not in fires(rule, hub.seen), "all is well"
    await case.ill(hub)
    await hub.scrape()
    assert case.labels in [_without_job(one) for one in fires(rule, hub.seen)]


def _without_job(labels: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in labels.items() if name != "job"}


def scrape(at: float, text: str) -> Scrape:
    return Scrape.of(at, {"a": text})


def test_what_the_evaluator_does_not_know_is_an_error() -> None:
    for unknown in ("stddev(x)", "x offset 5m", "increase(x) > 1", "x and y", "x{a", "1 > 2"):
        with pytest.raises(PromQLError):
            fires(unknown, [scrape(0, "x 1\n")])


def test_the_evaluator_reckons_as_prometheus_does() -> None:
    """But for the extrapolation of `increase`, as its module says."""
    one = 'c{k="a"} 3\nc{k="b"} 1\nh_bucket{le="1"} 0\nh_bucket{le="2"} 0\nh_bucket{le="+Inf"} 0\n'
    two = 'c{k="a"} 9\nc{k="b"} 1\nc{k="new"} 5\nh_bucket{le="1"} 50\nh_bucket{le="2"} 100\nh_bucket{le="+Inf"} 100\n'
    both = [scrape(0, one), scrape(60, two)]
    assert [dict(at)["k"] for at in fires("sum by (k) (increase(c[2m])) > 0", both)] == ["a"]
    assert fires("sum(rate(c[2m])) == 0.1", both) == [{}]
    assert fires("histogram_quantile(0.75, sum by (le) (increase(h_bucket[2m]))) == 1.5", both) == [{}]
    assert fires("max(abs(c - c)) == 0", both) and not fires("c / 0 > 0", [scrape(0, "c 0\n")])
    assert fires('absent(c{k="none"})', both) == [{"k": "none"}]
    assert fires('absent(c{k="none"} == 1)', both) == [{}]
    assert names('sum by (k) (increase(c{k!="a"}[2m])) / max(d) > time()') == {"c", "d"}
