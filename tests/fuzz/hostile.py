"""More than a thousand messages that somebody would send to break us; each must be refused, and whole.

Made, not kept: every one is bent from a well-formed message, so that what is refused is what was bent.
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.fuzz.hostile_input import Hostile
from tests.fuzz.hostile_json import bent_cbor, bent_json, bent_times, bent_values
from tests.fuzz.hostile_text import bent_mails, bent_tables
from tests.fuzz.hostile_topics import bent_topics
from tests.fuzz.hostile_xml import bent_xml

KINDS = (bent_json, bent_values, bent_times, bent_cbor, bent_xml, bent_tables, bent_mails, bent_topics)


def hostile() -> Iterator[Hostile]:
    """Every one, always in the same order."""
    for kind in KINDS:
        yield from kind()
