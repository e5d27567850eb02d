"""The texts of an ES module: its strings and template strings, each with the name of the call that it opens."""

from __future__ import annotations

import re
from collections.abc import Iterator

_TOKEN = re.compile(
    r"(?P<gap>\s+|//[^\n]*|/\*.*?\*/)|(?P<string>'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\")|(?P<template>`)"
    r"|(?P<name>[A-Za-z_$][\w$]*|\d[\w.]*)|(?P<mark>.)",
    re.DOTALL,
)
_PATTERN = re.compile(r"/(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*")  # a regular expression
_BEFORE_PATTERN = frozenset({"return", "typeof", "case", "in", "of", ""})
_ESCAPE = re.compile(r"\\u\{([0-9a-fA-F]+)\}|\\u([0-9a-fA-F]{4})|\\(.)", re.DOTALL)

Text = tuple[int, str, str, bool]  # line, what it says, the call it opens, whether it is one piece


def texts(source: str) -> Iterator[Text]:
    """Every text of the module in the order in which it stands there."""
    found: list[Text] = []
    _read(source, 0, found, until="")
    yield from found


def _read(source: str, at: int, found: list[Text], until: str) -> int:
    """Read on to the brace that closes, or to the end; tells where."""
    before, last, depth = "", "", 0
    while at < len(source):
        token = _TOKEN.match(source, at)
        assert token is not None
        kind, text = token.lastgroup, token[0]
        call = before if last == "(" else ""
        if kind == "gap":
            at = token.end()
            continue
        if text == "/" and (last in _BEFORE_PATTERN or not (last[-1].isalnum() or last in ")]}'`")):
            pattern = _PATTERN.match(source, at)
            assert pattern is not None, source[at : at + 80]
            at, text = pattern.end(), "'"
        elif kind == "template":
            at, text = _template(source, token.end(), found, call), "`"
        else:
            at = token.end()
        if kind == "string":
            found.append((source.count("\n", 0, at) + 1, _plain(text[1:-1]), call, True))
            text = "'"
        depth += {"{": 1, "}": -1}.get(text, 0)
        if depth < 0 and until:
            return at
        before, last = last, text
    return at


def _template(source: str, at: int, found: list[Text], call: str) -> int:
    """Read what stands behind the opening backtick; tells where it ends."""
    pieces, inner = [""], list[Text]()
    line = source.count("\n", 0, at) + 1
    while source[at] != "`":
        if source.startswith("${", at):
            at = _read(source, at + 2, inner, until="}")
            pieces.append("")
            continue
        step = 2 if source[at] == "\\" else 1
        pieces[-1] += source[at : at + step]
        at += step
    found += [(line, _plain(piece), call, len(pieces) == 1) for piece in pieces]
    found += inner
    return at + 1


def _plain(text: str) -> str:
    def letter(found: re.Match[str]) -> str:
        code = found[1] or found[2]
        return chr(int(code, 16)) if code else {"n": "\n", "t": "\t"}.get(found[3], found[3])

    return _ESCAPE.sub(letter, text)
