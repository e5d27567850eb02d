"""The words of a rule in its languages: inside its own file, and translated in ``words/LANGUAGE/RULE.toml`` beside it.

A translation is checked as strictly as the rule's own wording. ``words/LANGUAGE/glossary.toml`` holds the words that
come in facts: thresholds, kinds of warnings, codes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rules.source import Fault, Table, read_toml
from rules.wording.languages import LANGUAGES
from rules.wording.templates import PARTS, Words, flaw

_GLOSSARY = "glossary"


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """One file: a rule's words in one language."""

    file: str
    language: str
    rule: str  # the id, by the file's name
    wording: Words | None  # None where there are faults
    all_clear: Words | None
    faults: tuple[Fault, ...]

    def fault(self, found: str, allowed: str) -> Fault:
        """What is wrong between this file and the rule it speaks for."""
        return Fault(self.file, 1, "file", found, allowed)


def read_translations(folder: Path) -> Iterator[Translation]:
    """All translations beside the rules of a folder."""
    for path in sorted(folder.glob("words/*/*.toml")):
        if path.stem != _GLOSSARY:
            yield _translation(path)


def read_glossaries(folder: Path) -> Iterator[tuple[str, dict[str, str], list[Fault]]]:
    """The glossaries of a folder: language, terms, faults."""
    for path in sorted(folder.glob(f"words/*/{_GLOSSARY}.toml")):
        table, source = read_toml(path)
        terms = {word: table.text(word) for word in table.data} if table else {}
        yield path.parent.name, terms, sorted(source.faults, key=lambda fault: fault.line)


def _translation(path: Path) -> Translation:
    language = path.parent.name
    table, source = read_toml(path)
    wording = all_clear = None
    if table:
        if language not in LANGUAGES or language == "ja":
            table.fault("", language, f"a folder named {', '.join(tag for tag in LANGUAGES if tag != 'ja')}")
        said, ended = table.table("wording", required=True), table.table("all_clear")
        wording = _words(said, language) if said else None
        all_clear = _words(ended, language) if ended else None
        table.finish()
    return Translation(
        file=str(path),
        language=language,
        rule=path.stem,
        wording=None if source.faults else wording,
        all_clear=None if source.faults else all_clear,
        faults=tuple(sorted(source.faults, key=lambda fault: fault.line)),
    )


def wording_of(table: Table) -> dict[str, dict[str, Words]]:
    """``wording`` and ``all_clear`` of a rule's own file, each by language, Japanese first."""
    wording, all_clear = table.table("wording", required=True), table.table("all_clear")
    said = _languages(wording) if wording else {}
    ended = _languages(all_clear) if all_clear else {}
    if all_clear and said and set(ended) != set(said):
        all_clear.fault("", ", ".join(ended), f"the languages of wording: {', '.join(said)}")
    return {"wording": said, "all_clear": ended}


def _languages(table: Table) -> dict[str, Words]:
    spoken: dict[str, Words] = {}
    for language in sorted(table.data, key=lambda name: (name != "ja", name)):
        if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]+)*", language):
            table.fault(language, language, "a language tag such as ja, en, zh-Hans")
        elif inner := table.table(language):
            spoken[language] = _words(inner, language)
    if "ja" not in spoken:
        table.fault("ja", ", ".join(table.data) or "nothing", "Japanese is always there: " + ", ".join(PARTS))
    return spoken


def _words(table: Table, language: str) -> Words:
    words = Words(
        event=_template(table, "event", language),
        headline=_template(table, "headline", language),
        description=_template(table, "description", language),
        instruction=_template(table, "instruction", language),
        short=_template(table, "short", language),
    )
    table.finish()
    return words


def _template(table: Table, part: str, language: str) -> str:
    text = table.text(part)
    if text and (wrong := flaw(language, text)):
        table.fault(part, *wrong)
    return text
