"""Wording as sandboxed Jinja2 templates over a fixed set of names; an unknown name is an error, at load if possible."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial

from jinja2 import StrictUndefined, TemplateError, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment

from rules.alert import Place, Text
from rules.wording.compiling import Compiled, compiled
from rules.wording.languages import spoken, wide
from rules.wording.times import clock

_GLOSSARY = "glossary"  # beside the variables that a template may name

PARTS = ("event", "headline", "description", "instruction", "short")

VARIABLES: Mapping[str, str] = {
    "now": "datetime, when the text is written; {{ now | clock }} → 20日18時40分",
    "until": "datetime, when the alert expires",
    "since": "datetime, since when the leading hazard has its level",
    "level": "whole number 0 to 5, the highest of the hazards (of an all-clear: the level that was announced)",
    "level_label": "警戒レベル４相当 (Warning Level 4 equivalent), empty for kinds without 警戒レベル",
    "orders": "what the city issues at each level, as the law calls it: {{ orders[level] }} → 避難指示",
    "reason": "why now: first, risen, grown, fallen, shrunk, repeat, renewed, all_clear",
    "hazard": "the leading hazard: highest level, observed before foreseen, oldest first",
    "facts": 'its facts; read them by facts.get("name", default)',
    "hazards": "all hazards behind the alert, leading first (empty for an all-clear)",
    "groups": "the hazards by kind, the gravest first: {{ groups[0].kind | said }}, its level, hazards, places",
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
    "said": "a word of facts (氾濫危険水位, bear) in the language, by its glossary; what that does not know stays",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The templates of one language."""

    event: str
    headline: str
    description: str
    instruction: str
    short: str
    glossary: Mapping[str, str] = field(default_factory=dict, hash=False)  # Japanese → this language, for ``said``


def listed(names: Sequence[str], limit: int = 0, *, language: str = "ja") -> str:
    """The first ``limit`` names (0: all), and how many more there are."""
    shown = list(names[:limit] if limit else names)
    left, forms = len(names) - len(shown), spoken(language)
    return forms.joint.join(shown) + (forms.more.format(n=left, wide=wide(left)) if left else "")


@pass_context
def said(context: Context, word: object) -> str:
    """A word of ours as the language says it; what its glossary does not know stays as it is."""
    return str(context[_GLOSSARY].get(str(word), word))


@lru_cache(maxsize=8)
def environment(language: str) -> SandboxedEnvironment:
    """The sandbox of one language: no attributes that lead outside, no undefined names, no HTML escaping."""
    env = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True)
    filters: dict[str, Callable[..., str]] = {
        "clock": partial(clock, language=language),
        "wide": wide,
        "listed": partial(listed, language=language),
        "said": said,
    }
    env.filters.update(filters)
    env.globals.clear()
    return env


@lru_cache(maxsize=4096)
def _compiled(language: str, source: str) -> Compiled:
    return compiled(environment(language), source)


def flaw(language: str, source: str) -> tuple[str, str] | None:
    """What is wrong with a template before it is ever used: (found, allowed), or None."""
    try:
        unknown = _compiled(language, source).names - set(VARIABLES)
    except TemplateError as error:
        return f"{error.message} (template line {getattr(error, 'lineno', 1)})", "a Jinja2 template"
    return (", ".join(sorted(unknown)), ", ".join(VARIABLES)) if unknown else None


def render(words: Words, language: str, variables: Mapping[str, object]) -> Text:
    """The text people read. Raises jinja2.TemplateError, TypeError or ValueError where a template does not fit."""
    known = {**variables, _GLOSSARY: words.glossary}
    parts = {part: _compiled(language, getattr(words, part)).template.render(known).strip() for part in PARTS}
    if empty := [part for part in PARTS if not parts[part]]:
        raise ValueError(f"the template for {', '.join(empty)} gave an empty text")
    return Text(language=language, **parts)


def names(places: Sequence[Place], language: str) -> tuple[str, ...]:
    """Place names in the language, Japanese where there is no other."""
    return tuple(place_name(place, language) for place in places)


def place_name(place: Place, language: str) -> str:
    """In Japanese characters where the language's readers know them, else in Latin letters: no reading is made up."""
    return place.name if spoken(language).kanji else place.name_en or place.name
