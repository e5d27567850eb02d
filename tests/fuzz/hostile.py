"""More than a thousand messages that somebody would send to break us; each must be refused, and whole.

Made, not kept: every one is bent from a well-formed message, so that what is refused is what was bent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tests.fuzz.hostile_json import bent_json, bent_times, bent_values
from tests.fuzz.hostile_text import bent_mails, bent_tables
from tests.fuzz.hostile_topics import bent_topics
from tests.fuzz.hostile_xml import bent_xml
from tests.fuzz.seeds import CAP, CRIME, IN_JSON, JMA, LALERT, MAIL, TABLE, Seed
