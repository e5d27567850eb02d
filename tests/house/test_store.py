"""The store's tables are one whole, and its migrations one line: whoever adds one cannot forget to say so."""

from __future__ import annotations

import re
from pathlib import Path

from alembic.script import ScriptDirectory

from services.store.migrate import alembic_config

_STORE = Path(__file__).resolve().parents[2] / "services" / "store"


def test_every_module_of_tables_belongs_to_the_metadata() -> None:
    named = set(re.findall(r"services\.store\.(tables_\w+)", (_STORE / "tables.py").read_text(encoding="utf-8")))
    assert {file.stem for file in _STORE.glob("tables_*.py")} - named == set()


def test_migrations_stand_in_one_line() -> None:
    numbers = [file.name.partition("_")[0] for file in (_STORE / "migrations" / "versions").glob("[0-9]*.py")]
    assert len(numbers) == len(set(numbers)), "two of the same number: give the later one the next, and its predecessor"
    assert len(ScriptDirectory.from_config(alembic_config()).get_heads()) == 1
