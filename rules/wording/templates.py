"""Wording as sandboxed Jinja2 templates over a fixed set of names; an unknown name is an error, at load if possible."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

from jinja2 import StrictUndefined, Template, TemplateError, meta
from jinja2.sandbox import SandboxedEnvironment

from rules.alert import Place, Text
from rules.wording.times import clock

PARTS = ("event", "headline", "description", "instruction", "short")

VARIABLES: Mapping[str, str] = {
    "now": "datetime, when the text is written; {{ now | clock }} → 20日18時40分",
    "until": "datetime, when the alert expires",
    "since": "datetime, since when the leading hazard has its level",
    "level": "whole number 0 to 5, the highest of the hazards (of an all-clear: the level that was announced)",
    "level_label": "警戒レベル４相当 (Warning Level 4 equivalent), empty for kinds without 警戒レベル",
    "reason": "why now: first, risen, grown, fallen, shrunk, repeat, renewed, all_clear",
    "hazard": "the leading hazard: highest level, observed before foreseen, oldest first",
    "facts": 'its facts; read them by facts.get("name", default)',
    "hazards": "all hazards behind the alert, leading first (empty for an all-clear)",
    "places": "names of the areas, most dangerous first",
    "announced": "the event of the issued revision that this one follows, empty for the first",
    "lifted": "names of areas that the issued revision named and where the danger is over",
    "title": "the rule's title",
    "sender": "who says so",
    "contact": "how to reach them",
    "web": "where to read more",
}

FILTERS: Mapping[str, str] = {
    "clock": "a datetime or ISO 8601 text as an absolute time in the language",
    "wide": "a number in full-width digits: ４",
    "listed": "names joined; {{ places | listed(5) }} names five and counts the rest (ほか２か所)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The templates of one language."""

    event: str
    headline: str
    description: str
    instruction: str
    short: str


def wide(number: object) -> str:
    """A number in full-width digits."""
    return str(number).translate(str.maketrans("0123456789.-", "０１２３４５６７８９．－"))


def listed(names: Sequence[str], limit: int = 0, *, language: str = "ja") -> str:
    """The first ``limit`` names (0: all), and how many more there are."""
    shown = list(names[:limit] if limit else names)
    more = len(names) - len(shown)
    if language.startswith("ja"):
        return "、".join(shown) + (f"ほか{wide(more)}か所" if more else "")
    return ", ".join(shown) + (f" and {more} more" if more else "")


def level_label(level: int, alert_level: bool, language: str) -> str:
    """The level as the law words information that only corresponds to a 警戒レベル; empty where there is none."""
    if not alert_level or level < 1:
        return ""
    return f"警戒レベル{wide(level)}相当" if language.startswith("ja") else f"Warning Level {level} equivalent"


@lru_cache(maxsize=8)
def environment(language: str) -> SandboxedEnvironment:
    """The sandbox of one language: no attributes that lead outside, no undefined names, no HTML escaping."""
    env = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True)
    filters: dict[str, Callable[..., str]] = {
        "clock": partial(clock, language=language),
        "wide": wide,
        "listed": partial(listed, language=language),
    }
    env.filters.update(filters)
    env.globals.clear()
    return env


@lru_cache(maxsize=1024)
def _compiled(language: str, source: str) -> Template:
    return environment(language).from_string(source)


@lru_cache(maxsize=1024)
def flaw(language: str, source: str) -> tuple[str, str] | None:
    """What is wrong with a template before it is ever used: (found, allowed), or None."""
    env = environment(language)
    try:
        unknown = meta.find_undeclared_variables(env.parse(source)) - set(VARIABLES)
        _compiled(language, source)
    except TemplateError as error:
        return f"{error.message} (template line {getattr(error, 'lineno', 1)})", "a Jinja2 template"
    return (", ".join(sorted(unknown)), ", ".join(VARIABLES)) if unknown else None


def render(words: Words, language: str, variables: Mapping[str, object]) -> Text:
    """The text people read. Raises jinja2.TemplateError, TypeError or ValueError where a template does not fit."""
    parts = {part: _compiled(language, getattr(words, part)).render(variables).strip() for part in PARTS}
    if empty := [part for part in PARTS if not parts[part]]:
        raise ValueError(f"the template for {', '.join(empty)} gave an empty text")
    return Text(language=language, **parts)


def names(places: Sequence[Place], language: str) -> tuple[str, ...]:
    """Place names in the language, Japanese where there is no other."""
    if language.startswith("ja"):
        return tuple(place.name for place in places)
    return tuple(place.name_en or place.name for place in places)
