"""What speaks of an evacuation: the one place that rules, floor, desk and channels ask.

There are two questions. *Which document* an alert becomes (an EvacuationOrder of L-Alert, a mail that rings every
phone) is answered by what it is called: a rule's 「市の避難指示に注意」 in the detail is no order. *Who must agree*
to the words of a person leans to the safe side: they count wherever they stand, for some channel shows that part alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from rules.alert import Alert, Text
from rules.declared import Headquarters, Shelters

_WORDS = re.compile(
    r"避難指示|高齢者等避難|緊急安全確保|evacuation (order|instruction|of the elderly)|evacuate now"
    r"|避难指示|老年人等避难|紧急安全确保|피난지시|고령자 ?등 ?피난|긴급안전확보"
    r"|chỉ thị sơ tán|sơ tán người cao tuổi|đảm bảo an toàn khẩn cấp",
    re.I,
)


def said_in(*words: str) -> bool:
    """True where any of these words are those of evacuation information, broken by a line, a space or a sign that
    nobody sees or not."""
    plain = [_seen(unicodedata.normalize("NFKC", one)) for one in words]
    return any(_WORDS.search(one) or _WORDS.search("".join(one.split())) for one in plain)


def _seen(text: str) -> str:
    """Without joiners, marks of direction and soft hyphens, which a reader does not see."""
    return "".join(letter for letter in text if unicodedata.category(letter) != "Cf")


def titled(text: Text) -> bool:
    """True where its title says so."""
    return said_in(text.event, text.headline)


def worded(text: Text) -> bool:
    """True where any part of it says so: each is all that some channel shows."""
    return said_in(text.event, text.headline, text.description, text.instruction, text.short)


def evacuates(alert: Alert) -> bool:
    """True where whoever agrees to it agrees to an evacuation, or to lifting one."""
    if is_order(alert) or not alert.author:
        return is_order(alert)
    return any(worded(text) for text in alert.texts.values()) or said_in(*_beside(alert))


def is_order(alert: Alert) -> bool:
    """True where the alert as a whole is evacuation information, or lifts it: a document of that kind."""
    named = bool(alert.order) or alert.response == "Evacuate"
    return named or any(titled(text) for text in alert.texts.values())


def _beside(alert: Alert) -> Iterator[str]:
    """Words of people that travel outside the texts: a correction's, and those of what the city declares."""
    yield from alert.correction.values()
    if alert.declared:
        yield alert.declared.disaster
    if isinstance(alert.declared, Shelters):
        for place in alert.declared.places:
            yield from (place.name, place.address, place.note)
    elif isinstance(alert.declared, Headquarters):
        yield alert.declared.type
