"""MQTT topics as nats-server's subjects, and back: levels by dots, + is *, # is >, a dot within a level is //."""

from __future__ import annotations

from collections.abc import Sequence


def subjects(topic: str) -> Sequence[str]:
    """A topic filter as subjects. One ending in # also matches its parent, which is a subject of its own."""
    whole = ".".join(_part(level) for level in topic.split("/"))
    return (whole.removesuffix(".>"), whole) if whole.endswith(".>") else (whole,)


def topic(subject: str) -> str:
    """The topic that was published on."""
    return "/".join("" if one == "/" else one.replace("//", ".") for one in subject.split("."))


def _part(level: str) -> str:
    """An empty level, as before a leading slash, is a slash."""
    return level.replace(".", "//").replace("+", "*").replace("#", ">") or "/"
