"""Figures at /metrics: each has a help, a unit and labels that cannot grow; the docs, the dashboard and the rules name
those that there are, and nothing else.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import REGISTRY

import services
from services.line import SERVICES
from services.settings import Web
from tests.prometheus import BOARD, RULES, setups
from tests.promql import names

ROOT = Path(__file__).resolve().parents[2]
# A label's values are words of ours, or names that stand in the settings; here is of each what bounds it.
BOUNDED = {
    "act": "acts of the desks",
    "against": "database, feeds",
    "area": "first words of our own addresses (services.web.measured)",
    "audience": "public, desk",
    "channel": "channels of the settings",
    "code": "classes of HTTP status",
    "cursor": "stages, and pieces of predict",
    "event": "what staff are called for",
    "feed": "feeds and sources of the settings",
    "forecaster": "ours and two baselines",
    "gateway": "accounts at the broker",
    "kind": "kinds of hazards, of orders, of reports",
    "lead_h": "leads that are verified",
    "lease": "loops",
    "level": "0 to 5",
    "model": "models of the registry",
    "of": "certificates of ours",
    "outcome": "outcomes, told by the code",
    "provider": "providers of public posts",
    "reason": "services.channels.channel.Cause",
    "rule": "rules of retention",
    "score": "scores of verification",
    "service": "loops and services",
    "source": "sources of public posts",
    "stage": "ways in",
    "state": "states of deliveries and orders",
    "status": "Actual, Exercise, Test",
    "verdict": "verdicts",
    "what": "kinds of alarms",
}
# Things are counted without a unit; what is measured has one. These were told before there was this rule.
COUNTED = re.compile(
    r"_(hazards|drafts|warnings|skill|waiting|buffered|unknown|ended|messages|records|streams|under_way|open|ringing)$"
)
FLAGS = re.compile(r"_(ok|held|running|readable|stopped|heard)$")
UNITS = re.compile(r"_(seconds|bytes|ratio)$")
SHOWN_IN = {"none", "s", "bytes", "cps", "reqps", "percentunit"}  # units as Grafana calls them


@dataclass(frozen=True)
class Figure:
    name: str  # as it is shown
    kind: str
    labels: tuple[str, ...]
    help: str


@pytest.fixture(scope="module")
def figures() -> dict[str, Figure]:
    """Every one that any module of the house makes."""
    for module in pkgutil.walk_packages(services.__path__, "services."):
        if "migrations" not in module.name and not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    return {one.name: one for one in _registered() if one.name.startswith("shirase_")}


def _registered() -> Iterator[Figure]:
    for collector in set(REGISTRY._collector_to_names):
        made: Any = collector
        if (name := getattr(made, "_name", None)) is not None:
            shown = f"{name}_total" if made._type == "counter" else name
            yield Figure(shown, made._type, tuple(made._labelnames), made._documentation)


def test_each_has_a_help_a_unit_and_labels_that_cannot_grow(figures: dict[str, Figure]) -> None:
    assert len(figures) > 60
    for one in figures.values():
        assert len(one.help) > 10 and not one.help.endswith("."), one
        assert set(one.labels) <= BOUNDED.keys(), f"{one.name}: say in BOUNDED what keeps its labels from growing"
        fits = one.kind == "counter" or any(rule.search(one.name) for rule in (UNITS, COUNTED, FLAGS))
        assert fits, f"{one.name} is measured in what?"
        if one.kind == "histogram":
            assert one.name.endswith("_seconds"), one.name


def test_the_docs_tell_each_to_the_letter(figures: dict[str, Figure]) -> None:
    text = (ROOT / "docs" / "observability.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(shirase_\w+)` \| (\w+) \| ([^|]+) \| ([^|]+) \|$", text, re.MULTILINE)
    told = {
        name: Figure(name, kind, () if labels == "–" else tuple(labels.split(", ")), what)
        for name, kind, labels, what in rows
    }
    assert told == figures
    elsewhere = {name for file in (ROOT / "docs").glob("*.md") for name in _mentioned(file.read_text("utf-8"))}
    assert {one for one in elsewhere if not _known(one, figures)} <= {"shirase_look", "shirase_language"}  # cookies


def test_the_dashboard_shows_what_there_is(figures: dict[str, Figure]) -> None:
    board = json.loads(BOARD.read_text(encoding="utf-8"))
    assert board["schemaVersion"] >= 36 and board["uid"] == "shirase"
    (variable,) = board["templating"]["list"]
    assert (variable["type"], variable["query"]) == ("datasource", "prometheus")
    panels = _panels()
    assert len({one["id"] for one in board["panels"]}) == len(board["panels"])
    shown: set[str] = set()
    for panel in panels:
        assert panel["datasource"]["uid"] == f"${{{variable['name']}}}", panel["title"]
        assert panel["targets"], panel["title"]
        for target in panel["targets"]:
            shown |= names(target["expr"])
    for one in board["panels"]:
        japanese, _, english = one["title"].partition(" / ")
        assert re.search(r"[ぁ-んァ-ン一-龠]", japanese) and re.fullmatch(r"[A-Za-z0-9 ,']+", english), one["title"]
    assert {one for one in shown if not _known(one, figures)} == set()


def test_each_panel_says_its_unit_and_what_is_of_another_says_so() -> None:
    for panel in _panels():
        fields = panel["fieldConfig"]
        assert fields["defaults"]["unit"] in SHOWN_IN, panel["title"]
        apart = [re.compile(one["matcher"]["options"].strip("/")) for one in fields["overrides"]]
        for target in panel["targets"]:
            if fields["defaults"]["unit"] == "none" and not any(one.search(target["legendFormat"]) for one in apart):
                counted = re.search(r"\b(count|increase)\(", target["expr"])
                measured = {one for one in names(target["expr"]) if UNITS.search(one) or "rate(" in target["expr"]}
                assert counted or not measured, f"{panel['title']}: {target['expr']} is no number of things"


def test_labels_that_are_asked_for_are_labels_of_the_figure(figures: dict[str, Figure]) -> None:
    for expression in [target["expr"] for panel in _panels() for target in panel["targets"]] + [
        r["expr"] for r in rules()
    ]:
        wholes = {name if name in figures else re.sub(r"_(bucket|count|sum)$", "", name) for name in names(expression)}
        known = {label for name in wholes - {"up"} for label in figures[name].labels} | {"le", "job", "instance"}
        chosen = re.findall(r"[{,]\s*(\w+)\s*(?:=~|!~|!=|=)\s*\"", expression)
        grouped = re.findall(r"\w+", " ".join(re.findall(r"\bby\s*\(([^)]*)\)", expression)))
        assert {*chosen, *grouped} <= known, expression


def test_every_process_is_one_that_prometheus_is_told_of() -> None:
    """As the units and the containers have them; each page of the docs and each file says the same ports."""
    one, by_role, contained = [setup["scrape_configs"][0] for setup in setups()]
    assert {job["job_name"] for job in (one, by_role, contained)} == {"shirase"}
    operations = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    ports = re.findall(r"\b(\w+):(80\d\d)\b", operations.partition("for role in ")[2].partition(";")[0])
    assert {role for role, _ in ports} == set(SERVICES)
    assert by_role["static_configs"][0]["targets"] == [f"127.0.0.1:{port}" for _, port in ports]
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    serving = {name for name, made in compose.items() if made.get("command") == ["shirase", "serve", name]}
    assert (
        {target.partition(":")[0] for target in contained["static_configs"][0]["targets"]} == serving == set(SERVICES)
    )
    assert one["static_configs"][0]["targets"] == [f"127.0.0.1:{Web().port}"]


def test_no_two_panels_lie_on_each_other() -> None:
    board = json.loads(BOARD.read_text(encoding="utf-8"))
    taken: dict[tuple[int, int], str] = {}
    for panel in board["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24, panel["title"]
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                assert (x, y) not in taken, (panel["title"], taken.get((x, y)))
                taken[x, y] = panel["title"]


def test_the_rules_ask_for_what_there_is_and_tell_what_to_do(figures: dict[str, Figure]) -> None:
    text = (ROOT / "docs" / "observability.md").read_text(encoding="utf-8")
    headings = {one.lower() for one in re.findall(r"^### (\w+)$", text, re.MULTILINE)}
    seen = []
    for rule in rules():
        labels, notes = rule["labels"], rule["annotations"]
        seen.append(rule["alert"])
        assert {one for one in names(rule["expr"]) if not _known(one, figures)} <= {"up"}, rule["alert"]
        assert re.fullmatch(r"\d+[smhd]", rule["for"]) and labels["severity"] in {"critical", "warning"}, rule["alert"]
        assert re.search(r"[ぁ-ん一-龠]", notes["summary"]) and notes["summary_en"].isascii(), rule["alert"]
        page, _, heading = notes["runbook"].partition("#")
        assert (page, heading) == ("docs/observability.md", rule["alert"].lower()) and heading in headings
    assert len(seen) == len(set(seen)) >= 25
    told = re.findall(r"^### (Shirase\w+)$", text, re.MULTILINE)
    assert told == seen, "the sections stand in the order of the rules, and none is left over"


def _panels() -> list[dict[str, Any]]:
    board = json.loads(BOARD.read_text(encoding="utf-8"))
    return [one for one in board["panels"] if one["type"] != "row"]


def rules() -> list[dict[str, Any]]:
    whole = yaml.safe_load(RULES.read_text(encoding="utf-8"))
    return [rule for group in whole["groups"] for rule in group["rules"]]


def _mentioned(text: str) -> set[str]:
    return set(re.findall(r"\b(shirase_[a-z_]+)(?=[`{\[])", text))


def _known(name: str, figures: dict[str, Figure]) -> bool:
    whole = re.sub(r"_(bucket|count|sum)$", "", name)
    return name in figures or (whole in figures and figures[whole].kind == "histogram")
