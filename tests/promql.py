"""The part of PromQL that our alert rules use, read and evaluated over a few scrapes of a real hub.

Strict: what it does not know is an error, so no rule passes because it was not understood. ``increase`` and ``rate``
are the difference of the first and the last scrape in the window, without Prometheus' extrapolation; a series that is
missing in the first has no increase, as there.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from prometheus_client.parser import text_string_to_metric_families

Labels = frozenset[tuple[str, str]]
Vector = dict[Labels, float]
Value = float | Vector
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?(?:e\d+)?)(?![a-z\d])|(?P<window>\[[^\]]*\])|(?P<text>\"(?:[^\"\\]|\\.)*\")|(?P<name>[a-zA-Z_:][a-zA-Z0-9_:]*)"
    r"|(?P<sign>=~|!~|!=|==|>=|<=|[-+*/(){},=<>]))"
)
_AGGREGATES: dict[str, Callable[[Iterable[float]], float]] = {"sum": math.fsum, "max": max, "min": min}
_COMPARES: dict[str, Callable[[float, float], bool]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    ">": lambda a, b: a > b,
    "<": lambda a, b: a < b,
    ">=": lambda a, b: a >= b,
    "<=": lambda a, b: a <= b,
}
_RECKONS: dict[str, Callable[[float, float], float]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b if b else math.nan,
}
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_WORDS = {
    "by",
    "or",
    "le",
    "time",
    "increase",
    "rate",
    "abs",
    "absent",
    "histogram_quantile",
    "vector",
    "count",
    "topk",
}


class PromQLError(Exception):
    """What this evaluator does not know."""


@dataclass(frozen=True)
class Scrape:
    """What one process, or several, showed at a moment (Unix seconds)."""

    at: float
    samples: Mapping[str, Vector]

    @classmethod
    def of(cls, at: float, texts: Mapping[str, str], job: str = "shirase") -> Scrape:
        """``texts``: instance → its /metrics; an empty one did not answer."""
        found: dict[str, Vector] = {"up": {}}
        for instance, text in texts.items():
            place = {("instance", instance), ("job", job)}
            found["up"][frozenset(place)] = float(bool(text))
            for family in text_string_to_metric_families(text):
                for sample in family.samples:
                    found.setdefault(sample.name, {})[frozenset({*sample.labels.items(), *place})] = sample.value
        return cls(at, found)


def names(expression: str) -> set[str]:
    """The metrics that an expression asks for. Raises PromQLError for what is no expression at all."""
    found, depth, tokens = set[str](), 0, _tokens(re.sub(r"\$__\w+", "5m", expression))
    for index, (kind, text) in enumerate(tokens):
        depth += (text == "{") - (text == "}")
        called = index + 1 < len(tokens) and tokens[index + 1][1] in {"(", "by"}
        if kind == "name" and not (depth or called or text in {"by", "or"} or _in_grouping(tokens, index)):
            found.add(text)
    return found


def _in_grouping(tokens: Sequence[tuple[str, str]], index: int) -> bool:
    """True inside of the parentheses after ``by``."""
    while index and tokens[index][1] not in {"(", ")"}:
        index -= 1
    return tokens[index][1] == "(" and index > 0 and tokens[index - 1][1] == "by"


def _tokens(text: str) -> list[tuple[str, str]]:
    found, at = [], 0
    text = text.strip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise PromQLError(f"not understood at {text[at : at + 20]!r}")
        found.append((match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return found


def fires(expression: str, scrapes: Sequence[Scrape]) -> list[dict[str, str]]:
    """The labels of everything for which the expression holds at the last of the scrapes; ascending in time."""
    reader = _Reader(_tokens(expression), scrapes)
    value = reader.whole()
    if isinstance(value, float):
        raise PromQLError("a rule is a vector")
    return [dict(labels) for labels in value]


@dataclass
class _Reader:
    """Recursive descent; evaluates as it reads."""

    tokens: Sequence[tuple[str, str]]
    scrapes: Sequence[Scrape]
    at: int = field(default=0, init=False)

    def whole(self) -> Value:
        value = self._either()
        if self.at != len(self.tokens):
            raise PromQLError(f"left over: {self.tokens[self.at :]}")
        return value

    def _peek(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def _take(self, wanted: str = "") -> str:
        text = self._peek()
        if not text or (wanted and text != wanted):
            raise PromQLError(f"{wanted or 'more'} wanted at {self.tokens[self.at :]}")
        self.at += 1
        return text

    def _either(self) -> Value:
        left = self._compared()
        while self._peek() == "or":
            self._take()
            right = self._compared()
            left = {**_vector(right), **_vector(left)}
        return left

    def _compared(self) -> Value:
        left = self._added()
        while self._peek() in _COMPARES:
            holds = _COMPARES[self._take()]
            right = self._added()
            left = {at: a for at, a, b in _pairs(_vector(left), right) if holds(a, b)}
        return left

    def _added(self) -> Value:
        left = self._multiplied()
        while self._peek() in {"+", "-"}:
            left = _reckoned(self._take(), left, self._multiplied())
        return left

    def _multiplied(self) -> Value:
        left = self._one()
        while self._peek() in {"*", "/"}:
            left = _reckoned(self._take(), left, self._one())
        return left

    def _one(self) -> Value:
        kind, text = self.tokens[self.at] if self.at < len(self.tokens) else ("", "")
        if kind == "number":
            return float(self._take())
        if text == "(":
            self._take()
            value = self._either()
            self._take(")")
            return value
        if kind != "name":
            raise PromQLError(f"not understood: {text!r}")
        self._take()
        if text in _AGGREGATES:
            return self._aggregate(_AGGREGATES[text])
        if self._peek() == "(":
            return self._call(text)
        return self._selected(self.scrapes[-1], text, self._matchers())

    def _aggregate(self, together: Callable[[Iterable[float]], float]) -> Vector:
        by: tuple[str, ...] = ()
        if self._peek() == "by":
            self._take()
            by = self._list()
        self._take("(")
        vector = _vector(self._either())
        self._take(")")
        groups: dict[Labels, list[float]] = {}
        for labels, value in vector.items():
            groups.setdefault(frozenset(one for one in labels if one[0] in by), []).append(value)
        return {labels: together(values) for labels, values in groups.items()}

    def _list(self) -> tuple[str, ...]:
        self._take("(")
        found = []
        while self._peek() != ")":
            found.append(self._take())
            if self._peek() == ",":
                self._take()
        self._take(")")
        return tuple(found)

    def _call(self, name: str) -> Value:
        self._take("(")
        match name:
            case "time":
                value: Value = self.scrapes[-1].at
            case "abs":
                value = {labels: abs(one) for labels, one in _vector(self._either()).items()}
            case "absent":
                value = self._absent()
            case "increase" | "rate":
                value = self._increase(per_second=name == "rate")
            case "histogram_quantile":
                quantile = float(self._take())
                self._take(",")
                value = _quantile(quantile, _vector(self._either()))
            case _:
                raise PromQLError(f"{name}() is not known here")
        self._take(")")
        return value

    def _absent(self) -> Vector:
        begin = self.at
        there = bool(_vector(self._either()))
        said = [text for _, text in self.tokens[begin : self.at]]
        plain = said[-1] == "}"  # of anything but a plain selector Prometheus tells no labels
        told = {(said[at - 1], said[at + 1].strip('"')) for at, one in enumerate(said) if one == "=" and plain}
        return {} if there else {frozenset(told): 1.0}

    def _increase(self, *, per_second: bool) -> Vector:
        name, matchers = self._take(), self._matchers()
        window = re.fullmatch(r"\[(\d+)([smhd])\]", self._take())
        if window is None:
            raise PromQLError("a window is wanted")
        span = int(window[1]) * _SECONDS[window[2]]
        inside = [one for one in self.scrapes if one.at >= self.scrapes[-1].at - span]
        last = self._selected(inside[-1], name, matchers)
        first = self._selected(inside[0], name, matchers)
        seconds = (inside[-1].at - inside[0].at) if per_second else 1.0
        return {
            labels: (value - (first[labels] if value >= first[labels] else 0.0)) / seconds
            for labels, value in last.items()
            if labels in first and len(inside) > 1
        }

    def _matchers(self) -> list[tuple[str, str, str]]:
        found: list[tuple[str, str, str]] = []
        if self._peek() != "{":
            return found
        self._take()
        while self._peek() != "}":
            found.append((self._take(), self._take(), self._take().strip('"').replace("\\\\", "\\")))
            if self._peek() == ",":
                self._take()
        self._take("}")
        return found

    @staticmethod
    def _selected(scrape: Scrape, name: str, matchers: list[tuple[str, str, str]]) -> Vector:
        found = scrape.samples.get(name, {})
        return {labels: one for labels, one in found.items() if all(_matches(dict(labels), *m) for m in matchers)}


def _matches(labels: Mapping[str, str], name: str, how: str, wanted: str) -> bool:
    value = labels.get(name, "")
    match how:
        case "=":
            return value == wanted
        case "!=":
            return value != wanted
        case "=~":
            return re.fullmatch(wanted, value) is not None
        case "!~":
            return re.fullmatch(wanted, value) is None
    raise PromQLError(f"{how} is not known here")


def _vector(value: Value) -> Vector:
    if isinstance(value, float):
        raise PromQLError("a vector is wanted")
    return value


def _pairs(left: Vector, right: Value) -> list[tuple[Labels, float, float]]:
    """Of the same labels, as Prometheus matches vectors one to one."""
    if isinstance(right, float):
        return [(labels, value, right) for labels, value in left.items()]
    return [(labels, value, right[labels]) for labels, value in left.items() if labels in right]


def _reckoned(sign: str, left: Value, right: Value) -> Value:
    reckon = _RECKONS[sign]
    if isinstance(left, float):
        if isinstance(right, float):
            return reckon(left, right)
        return {labels: reckon(left, value) for labels, value in right.items()}
    return {labels: reckon(a, b) for labels, a, b in _pairs(left, right)}


def _quantile(quantile: float, buckets: Vector) -> Vector:
    """As Prometheus reckons it: linear inside of a bucket; in the last, its lower bound."""
    groups: dict[Labels, list[tuple[float, float]]] = {}
    for labels, many in buckets.items():
        rest = frozenset(one for one in labels if one[0] != "le")
        groups.setdefault(rest, []).append((float(dict(labels)["le"]), many))
    return {labels: _inside(quantile, sorted(bounds)) for labels, bounds in groups.items() if bounds[-1][1]}


def _inside(quantile: float, bounds: Sequence[tuple[float, float]]) -> float:
    rank, below, counted = quantile * bounds[-1][1], 0.0, 0.0
    for bound, many in bounds:
        if many >= rank:
            return below if math.isinf(bound) else below + (bound - below) * (rank - counted) / (many - counted)
        below, counted = bound, many
    return below
