"""The catalogue: what a Japanese sentence of the desk is in another language."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

FOLDER = Path(__file__).parent
_GAP = re.compile(r"\{(\w+)\}")
Values = Mapping[str, object]


@dataclass(frozen=True)
class Catalogue:
    """``forms``: Japanese → the one form, or (one, many) of a sentence that counts by ``{n}``."""

    language: str
    forms: Mapping[str, tuple[str, ...]]
    for_scripts: bytes  # the JSON that browsers get: only what scripts say
    digest: str  # of those bytes

    def say(self, sentence: str, values: Values) -> str:
        """The sentence of this language, its gaps still open; as it came where the catalogue has none."""
        forms = self.forms.get(sentence, (sentence,))
        return forms[0] if values.get("n") == 1 else forms[-1]


@cache
def catalogue(language: str) -> Catalogue:
    """Read once for all. Japanese has an empty one: its sentences are the keys."""
    path = FOLDER / f"{language}.po"
    forms: dict[str, tuple[str, ...]] = {}
    of_scripts: dict[str, str | tuple[str, ...]] = {}
    if path.exists():
        with path.open("rb") as file:
            read = read_po(file, locale=language, abort_invalid=True)
        for entry in read:
            if not entry.id:
                continue
            key = entry.id if isinstance(entry.id, str) else entry.id[0]
            said = (entry.string,) if isinstance(entry.string, str) else tuple(entry.string or ())
            if not said or not all(said):
                continue  # nobody has written it yet: the Japanese is shown, and a test says so
            forms[key] = said
            if any(name.endswith(".js") for name, _ in entry.locations):
                of_scripts[key] = said if len(said) > 1 else said[0]
    packed = json.dumps(of_scripts, ensure_ascii=False, separators=(",", ":")).encode()
    return Catalogue(language, forms, packed, hashlib.sha256(packed).hexdigest()[:12])


def filled(sentence: str, values: Values) -> str:
    """The sentence with its gaps filled. Only names: no attribute of a value can be reached."""
    return _GAP.sub(lambda gap: str(values.get(gap[1], gap[0])), sentence)


def gaps(sentence: str) -> frozenset[str]:
    """The names of the gaps."""
    return frozenset(_GAP.findall(sentence))
