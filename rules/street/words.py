"""A :class:`~rules.street.case.Street` in words: a few short sentences in any language, all from the same figures."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from rules.street.case import Case, Street
from rules.wording.languages import LANGUAGES
from rules.wording.times import clock

_FOLDER = Path(__file__).parent / "words"
_CLOSE = frozenset({"ja", "zh-Hans"})  # no blank between sentences
_OF_OTHERS = frozenset({Case.NO_ROAD, Case.NATION, Case.PREFECTURE, Case.OTHER})
_FIRED = frozenset({Case.DECIDING, Case.WAITS, Case.TOO_LATE, Case.MELTS, Case.RAIN})
_SETTLED = frozenset({Case.WORKING, Case.ORDERED, Case.DONE})  # nobody waits for a decision


def sentence(one: Street, language: str = "ja") -> str:
    """What matters most, when it will be done or decided, and when a plow was last there. Raises KeyError for a
    language that is not known here."""
    words, figures = _words(language), _figures(one, language)
    first = one.case.value if one.by_snow or one.case not in _FIRED else f"{one.case.value}_else"
    parts = [*(["sidewalk"] if one.known.sidewalk else []), first, *_after(one)]
    return ("" if language in _CLOSE else " ").join(words[part].format(**figures) for part in parts)


def _after(one: Street) -> list[str]:
    """The sentences behind the first."""
    if one.case in _OF_OTHERS:
        return []
    found = ["finish_by"] if one.finish_by else []
    if one.case is not Case.DONE:
        found.append(_passed(one))
    if one.next_at and one.case not in _SETTLED:
        found.append("next_at")
    return found


def _passed(one: Street) -> str:
    known = one.known
    if known.done_at is not None:
        return "done_before"
    return "never" if known.last_at is None else "partly"


def _figures(one: Street, language: str) -> dict[str, str]:
    known = one.known
    times = {
        "since": one.since,
        "ordered_at": one.ordered_at,
        "finish_by": one.finish_by,
        "next_at": one.next_at,
        "done_at": known.done_at,
        "last_at": known.last_at,
        "as_of": known.as_of or one.at,
    }
    return {
        "gauge": one.gauge,
        "have": _cm(one.have_cm),
        "need": _cm(one.need_cm),
        "percent": f"{known.share * 100:.0f}",
        **{name: clock(at, language) if at else "–" for name, at in times.items()},
    }


def _cm(value: float | None) -> str:
    """To a millimetre, as rules compare it."""
    return "–" if value is None else f"{value:.1f}".removesuffix(".0")


@cache
def _words(language: str) -> dict[str, str]:
    if language not in LANGUAGES:
        raise KeyError(f"{language}: use one of {', '.join(LANGUAGES)}")
    return dict(tomllib.loads((_FOLDER / f"{language}.toml").read_text(encoding="utf-8")))
