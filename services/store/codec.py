"""Our frozen types ↔ JSON. One adapter per type, built once.

Times come back in Python's own UTC. In pydantic's, which is another zone to Python, each comparison with ``now`` would
ask both for their offset, and take eighty times as long; the rules make thousands of them for every alert.
"""

from __future__ import annotations

import json
import re
from collections.abc import Hashable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter
from pydantic_core import SchemaValidator, core_schema
from sqlalchemy import ColumnElement, Text

T = TypeVar("T")
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
_NONE = timedelta(0)
_JSON = json.JSONEncoder(ensure_ascii=False, allow_nan=False)
_adapters: dict[Any, TypeAdapter[Any]] = {}
_validators: dict[Any, SchemaValidator] = {}


def _adapter(kind: Any) -> TypeAdapter[Any]:
    if kind not in _adapters:
        _adapters[kind] = TypeAdapter(kind)
    return _adapters[kind]


def _validator(kind: Any) -> SchemaValidator:
    if kind not in _validators:
        _validators[kind] = SchemaValidator(_with_utc(_adapter(kind).core_schema))
    return _validators[kind]


def _with_utc(schema: Any) -> Any:
    """The schema with :func:`_utc` after each of its times."""
    if isinstance(schema, dict):
        inner = {name: _with_utc(some) for name, some in schema.items()}
        is_time = schema.get("type") == "datetime"
        return core_schema.no_info_after_validator_function(_utc, cast("Any", inner)) if is_time else inner
    if isinstance(schema, list | tuple):
        return type(schema)(_with_utc(some) for some in schema)
    return schema


def _utc(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC) if at.utcoffset() == _NONE else at


def to_json(thing: object) -> Any:
    """A frozen dataclass as plain JSON values."""
    return _adapter(type(thing)).dump_python(thing, mode="json")


def from_json(kind: type[T], body: Any) -> T:
    """The thing again; a body that does not fit raises pydantic's ValidationError, which names the member."""
    thing: T = _validator(kind).validate_python(body)
    return thing


def as_text(body: ColumnElement[Any]) -> ColumnElement[str]:
    """A body as the store has it, for :func:`read`."""
    return body.cast(Text)


def read(kind: type[T], text: str) -> T:
    """What :func:`from_json` gives of this text. The picture is asked for many times a second and is mostly the same,
    so what was read lately is not taken apart again. It is shared: frozen, and not to be changed in its depths either.
    """
    return cast("T", _read(cast("Hashable", kind), text))


@lru_cache(maxsize=2048)
def _read(kind: Hashable, text: str) -> Any:
    return _validator(kind).validate_python(json.loads(text))


def written(value: Any) -> str:
    """JSON that both engines can hold and take apart again. Raises ValueError for a NUL or half a surrogate pair."""
    text = _JSON.encode(value)
    text.encode()
    return _without_nul(text)


def text_of(thing: object) -> str:
    """A frozen dataclass as :func:`written` would have it, in a third of the time and without blanks.

    For what holds finite numbers alone: others would become null, where :func:`written` raises.
    """
    return _without_nul(_adapter(type(thing)).dump_json(thing).decode())


def _without_nul(text: str) -> str:
    if "u0000" in text and _NUL.search(text):
        raise ValueError("text with a NUL character cannot be stored")
    return text
