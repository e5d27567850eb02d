"""Registries are complete, and docs name what they hold."""

from __future__ import annotations

from pathlib import Path

from feeds.registry import FEEDS
from geo.registry import MODELS
from services.calculations.registry import CALCULATIONS
from services.channels.registry import CHANNELS

ROOT = Path(__file__).resolve().parents[2]


def doc(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def test_every_feed_is_told_in_the_docs() -> None:
    assert FEEDS
    for feed in FEEDS:
        assert f"`{feed.name}`" in doc("feeds.md"), feed.name


def test_every_model_file_is_registered_and_told() -> None:
    files = {path.stem for path in (ROOT / "geo" / "models").glob("*.py") if path.stem != "__init__"}
    modules = {type(model).__module__.rsplit(".", 1)[-1] for model in MODELS}
    assert modules <= files
    for model in MODELS:
        assert f"`{model.name}`" in doc("models.md"), model.name


def test_every_calculation_is_told_in_the_docs() -> None:
    assert CALCULATIONS
    for name in CALCULATIONS:
        assert f"`{name}`" in doc("models.md"), name


def test_every_channel_is_told_in_the_docs() -> None:
    assert {"x", "linkage", "cap_feed", "log"} <= set(CHANNELS)
    for name in CHANNELS:
        assert f"`{name}`" in doc("channels.md"), name


def test_every_rule_of_the_catalogue_is_told_in_the_docs() -> None:
    rules = sorted((ROOT / "rules" / "catalog").glob("*.toml"))
    assert len(rules) >= 5
    for rule in rules:
        assert f"`{rule.stem}`" in doc("rules.md"), rule.stem
