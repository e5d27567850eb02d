"""The address and the query options of a request for entities. What is not offered is a 501, what cannot be read a 400,
and both say why."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.web.security import WebError
from services.web.sta.filtering import Condition, condition
from services.web.sta.model import LINKS

TOP, MOST, FURTHEST = 100, 1000, 100_000
_STEP = re.compile(r"/(?P<name>[A-Za-z]+|\$ref|\$value)(?:\((?P<id>'(?:[^']|'')*'|\d+)\))?")
_KNOWN = ("$top", "$skip", "$count", "$orderby", "$filter", "$select", "$expand")


@dataclass(frozen=True, slots=True)
class Step:
    """One part of an address: an entity set or a link, and which one of it."""

    name: str
    id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The query options."""

    top: int = TOP
    skip: int = 0
    count: bool = False
    order: Sequence[tuple[str, bool]] = ()  # property, falling
    where: Condition | None = None
    select: Sequence[str] = ()
    expand: Sequence[str] = ()


def steps_of(path: str) -> list[Step]:
    """The parts of an address below the root: /Datastreams('a/b')/Observations."""
    found: list[Step] = []
    at = 0
    while path[at:].strip("/"):
        match = _STEP.match(path, at)
        if match is None or len(found) == 3:
            raise WebError(404, "not_found", "この番地はありません。 / There is nothing at this address.")
        if match["name"].startswith("$"):
            raise WebError(501, "not_here", f"{match['name']} is not offered")
        text = match["id"]
        found.append(Step(match["name"], None if text is None else text.strip("'").replace("''", "'")))
        at = match.end()
    return found


def asked_of(query: Mapping[str, str], entity_set: str, names: Sequence[str]) -> Asked:
    """The options for entities of a set that have these properties."""
    strangers = sorted(set(query) - set(_KNOWN))
    if strangers:
        raise WebError(400, "unknown_option", f"unknown: {', '.join(strangers)[:200]}; known: {', '.join(_KNOWN)}")
    count = query.get("$count", "false")
    if count not in {"true", "false"}:
        raise WebError(400, "bad_count", "$count must be true or false")
    return Asked(
        top=min(_number(query, "$top", TOP), MOST),
        skip=_skip(query),
        count=count == "true",
        order=[_order(one, names) for one in _listed(query, "$orderby")],
        where=condition(query["$filter"]) if "$filter" in query else None,
        select=[_named(one, names, "$select") for one in _listed(query, "$select")],
        expand=[_expand(one, entity_set) for one in _listed(query, "$expand")],
    )


def _listed(query: Mapping[str, str], option: str) -> list[str]:
    text = query.get(option)
    if text is None:
        return []
    if "(" in text:
        raise WebError(501, "not_here", f"options within {option} are not offered; ask the linked set for them")
    return [one.strip() for one in text.split(",")]


def _number(query: Mapping[str, str], option: str, usual: int) -> int:
    text = query.get(option, str(usual))
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise WebError(400, f"bad_{option[1:]}", f"{option} must be a whole number from 0 up")
    return int(text)


def _skip(query: Mapping[str, str]) -> int:
    skip = _number(query, "$skip", 0)
    if skip > FURTHEST:
        raise WebError(400, "bad_skip", f"$skip goes to {FURTHEST}; narrow it with $filter")
    return skip


def _order(text: str, names: Sequence[str]) -> tuple[str, bool]:
    name, _, way = text.partition(" ")
    if way.strip() not in {"", "asc", "desc"}:
        raise WebError(400, "bad_orderby", "$orderby must be written like phenomenonTime desc")
    return _named(name, names, "$orderby"), way.strip() == "desc"


def _named(name: str, names: Sequence[str], option: str) -> str:
    known = "@iot.id" if name == "id" else name
    if known not in names:
        raise WebError(400, f"bad_{option[1:]}", f"{option}: no property {name[:40]!r}; known: {', '.join(names)}")
    return known


def _expand(name: str, entity_set: str) -> str:
    if "/" in name:
        raise WebError(501, "not_here", "$expand goes one level deep; follow the links beyond")
    if name not in LINKS[entity_set]:
        raise WebError(400, "bad_expand", f"$expand: no link {name[:40]!r}; known: {', '.join(LINKS[entity_set])}")
    if LINKS[entity_set][name][0] == "Observations":
        raise WebError(501, "not_here", "$expand=Observations is not offered; follow Observations@iot.navigationLink")
    return name
