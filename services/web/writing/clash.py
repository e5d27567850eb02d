"""Two officers wrote at the same time: what the other wrote stands beside what this one typed, and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rules.alert import Alert
from services.web.language.speaking import N_
from services.web.writing.form import PARTS, Filled, local


@dataclass(frozen=True, slots=True)
class Clash:
    """One field in which the two differ; ``name`` is a sentence of the desk, ``language`` empty where it has none."""

    language: str
    name: str
    theirs: str
    mine: str


def clashes(form: Filled, theirs: Alert) -> list[Clash]:
    """What was typed, beside what stands now, wherever they differ."""
    return [*_texts(form, theirs), *_others(form, theirs)]


def _texts(form: Filled, theirs: Alert) -> Iterator[Clash]:
    for tag, mine in form.texts.items():
        text = theirs.texts.get(tag)
        for part, (label, _) in PARTS.items():
            now = getattr(text, part) if text else ""
            typed = getattr(mine, part)
            if tag in form.languages and now.strip() != typed.strip():
                yield Clash(tag, label, now, typed)


def _others(form: Filled, theirs: Alert) -> Iterator[Clash]:
    names = {place.code: place.name for place in theirs.places}
    ours = "、".join(name for code, name in names.items() if code in form.areas)
    if not theirs.ends and ours != "、".join(names.values()):
        yield Clash("", N_("区域"), "、".join(names.values()), ours)
    if form.expires and form.expires != local(theirs.expires):
        yield Clash("", N_("期限"), local(theirs.expires).replace("T", " "), form.expires.replace("T", " "))
