"""JSON from strangers: bounded in size and depth, strict in what a number is, read before anything trusts it."""

from __future__ import annotations

import json
import math
from typing import Any, TypeAlias

from feeds.records import Rejected

Json: TypeAlias = dict[str, Any] | list[Any] | str | float | int | bool | None

MAX_BYTES = 64 * 1024
MAX_DEPTH = 16


def read_json(payload: bytes, max_bytes: int = MAX_BYTES) -> Json | Rejected:
    """The value in the bytes, or why there is none: too_large, bad_encoding, bad_json. Never raises."""
    if len(payload) > max_bytes:
        return Rejected(
            code="too_large",
            message=f"{len(payload)} bytes; at most {max_bytes} are taken, send smaller batches",
            at=f"byte {max_bytes}",
        )
    try:
        text = payload.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return Rejected(code="bad_encoding", message="this is not UTF-8; send UTF-8", at=f"byte {error.start}")
    value = _parse(text)
    if isinstance(value, Rejected) or text.count("{") + text.count("[") <= MAX_DEPTH:
        return value
    return _nested_too_deep(text) if _is_too_deep(value) else value


def _is_too_deep(value: Json) -> bool:
    """True where lists and objects stand more than :data:`MAX_DEPTH` deep in each other."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(MAX_DEPTH):
        if not level:
            return False
        within = [child for one in level for child in (one.values() if isinstance(one, dict) else one)]
        level = [child for child in within if isinstance(child, dict | list)]
    return bool(level)


def _nested_too_deep(text: str) -> Rejected:
    what = f"nested deeper than {MAX_DEPTH}; flatten the message"
    return Rejected(code="bad_json", message=what, at=f"byte {_where_too_deep(text)}")


def _where_too_deep(text: str) -> int:
    """The byte of the first bracket outside of strings that goes deeper than allowed."""
    depth, in_string, escaped = 0, False, False
    for place, char in enumerate(text):
        if in_string:
            if not escaped and char == '"':
                in_string = False
            escaped = not escaped and char == "\\"
        elif char == '"':
            in_string = True
        elif char in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                return len(text[:place].encode())
        elif char in "]}":
            depth -= 1
    return 0


def _parse(text: str) -> Json | Rejected:
    try:
        value: Json = _DECODER.decode(text)
        if "\\u" in text:  # half a surrogate pair is a str that no UTF-8 can carry onwards
            json.dumps(value, ensure_ascii=False).encode()
    except RecursionError:  # the parser gives up a thousand levels down, and so does what wrote it out again
        return _nested_too_deep(text)
    except json.JSONDecodeError as error:
        at = f"byte {len(text[: error.pos].encode())}"
        return Rejected(code="bad_json", message=f"this is not JSON: {error.msg}", at=at)
    except UnicodeEncodeError:
        return Rejected(code="bad_encoding", message="half a surrogate pair in a \\u escape; send UTF-8", at="byte 0")
    except ValueError as error:
        return Rejected(code="bad_json", message=str(error)[:200], at="byte 0")
    return value


def _constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON number; send null with quality missing where there is no value")


def _float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text[:40]} is no finite number; send a finite one")
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for place, name in enumerate(names) if name in names[:place])
        raise ValueError(f"the member {twice[:40]!r} occurs twice; which one is meant?")
    return members


_DECODER = json.JSONDecoder(parse_constant=_constant, parse_float=_float, object_pairs_hook=_object)
