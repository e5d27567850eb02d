"""Tables that have a past are changed through it, or only in columns of which no past is kept."""

from __future__ import annotations

import re
from pathlib import Path

from services.store import past

ROOT = Path(__file__).parents[2]
WRITES = re.compile(r"\b(?:update|delete)\((\w+)\)")
# module → why: the console's picture of then reads nothing of what it changes
BESIDE = {
    "services/backup/restoring.py": "a store of another time, before its hub starts",
    "services/reporters/moving.py": "words of a case that are covered",
    "services/retention/copies.py": "copies of payloads",
    "services/retention/pictures.py": "hazards older than any picture",
    "services/store/hazards.py": "that an alert spoke of it; the rows that past.keep was called for",
    "services/store/outbox.py": "leases, when the hub starts alone",
    "services/store/report_cases.py": "words of a case that are forgotten",
}


def test_what_moves_leaves_its_past_behind() -> None:
    bare = {}
    for path in sorted((ROOT / "services").rglob("*.py")):
        text, name = path.read_text(), str(path.relative_to(ROOT))
        if "migrations" in name or "tables" not in text:
            continue
        written = [one for one in WRITES.findall(text) if one in past.TABLES]
        through = text.count("past.change(")
        if written and through < len(written) and name not in BESIDE:
            bare[name] = written
    assert not bare, "changes of these tables go through services.store.past.change"


def test_no_exception_is_left_over() -> None:
    for name in BESIDE:
        assert any(one in past.TABLES for one in WRITES.findall((ROOT / name).read_text())), name
