"""The closed vocabulary of ``[when]`` and ``[[unless]]``: what a rule may ask of a hazard.

Every condition can say in Japanese and English what it asks and what it found, so that "why was this sent?" and "why
not?" have an answer that staff can read. All keys of one table must hold together.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import time, timedelta

from feeds.japan import JAPAN, clock
from geo.hazard import Hazard
from rules.situation import Situation
from rules.source import NOTHING, Table

Test = Callable[[Hazard, Situation], bool]
Found = Callable[[Hazard, Situation], str]
Builder = Callable[[Table, str], "Condition"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One condition, one hazard: does it hold, and the sentence for it in both languages."""

    holds: bool
    ja: str
    en: str


@dataclass(frozen=True, slots=True)
class Condition:
    """A question about one hazard in one situation. ``parts`` are the conditions it is made of."""

    ja: str
    en: str
    test: Test
    found: Found
    parts: tuple[Condition, ...] = ()
    named: frozenset[str] = frozenset()  # kinds of hazards that the table itself names

    @property
    def kinds(self) -> frozenset[str]:
        """Kinds of hazards of which it can hold, as far as it names any."""
        return self.named.union(*(part.kinds for part in self.parts))

    def holds(self, hazard: Hazard, situation: Situation) -> bool:
        return self.test(hazard, situation)

    def explain(self, hazard: Hazard, situation: Situation) -> tuple[Verdict, ...]:
        """A verdict for each part, or for the condition itself."""
        if self.parts:
            return tuple(verdict for part in self.parts for verdict in part.explain(hazard, situation))
        found = self.found(hazard, situation)
        return (
            Verdict(
                self.test(hazard, situation),
                f"{self.ja}（今は{found}）" if found else self.ja,
                f"{self.en} (now {found})" if found else self.en,
            ),
        )


def parse(table: Table) -> Condition:
    """The condition a table states; faults are noted in the table's source."""
    parts = tuple(VOCABULARY[key](table, key) for key in table.data if key in VOCABULARY)
    if not table.data:
        table.fault("", NOTHING, f"at least one of {', '.join(VOCABULARY)}")
    table.finish(*VOCABULARY)
    return _all(parts)


def _nothing(_hazard: Hazard, _situation: Situation) -> str:
    return ""


def _all(parts: tuple[Condition, ...]) -> Condition:
    return Condition(
        "、かつ".join(part.ja for part in parts),
        " and ".join(part.en for part in parts),
        lambda h, s: all(part.holds(h, s) for part in parts),
        _nothing,
        parts,
    )


def _members(ja: str, en: str, get: Callable[[Hazard], str]) -> Builder:
    """A condition on a text that must be one of a list."""

    def build(table: Table, key: str) -> Condition:
        wanted = table.texts(key)
        return Condition(
            f"{ja}が{'・'.join(wanted)}",
            f"{en} is {' or '.join(wanted)}",
            lambda h, _: get(h) in wanted,
            lambda h, _: get(h),
            named=frozenset(wanted) if key == "kind" else frozenset(),
        )

    return build


def _yes_no(ja: tuple[str, str], en: tuple[str, str], get: Callable[[Hazard], bool]) -> Builder:
    """A condition on a yes or no; words for (yes, no)."""

    def build(table: Table, key: str) -> Condition:
        wanted = table.flag(key)
        side = 0 if wanted else 1
        return Condition(ja[side], en[side], lambda h, _: get(h) is wanted, _nothing)

    return build


def _level(ja: str, en: str, within: Callable[[int, int], bool]) -> Builder:
    def build(table: Table, key: str) -> Condition:
        bound = int(table.number(key, 0, 5, whole=True))
        words = f"レベルが{bound}{ja}", f"level is {en} {bound}"
        return Condition(*words, lambda h, _: within(h.level, bound), lambda h, _: str(h.level))

    return build


def _probability(table: Table, key: str) -> Condition:
    low = table.number(key, 0, 1)

    def chance(hazard: Hazard) -> float:
        # What is observed without a figure is certain; what is foreseen without one is unknown.
        return hazard.probability if hazard.probability is not None else float(hazard.observed)

    return Condition(
        f"確率が{low:.0%}以上",
        f"probability is at least {low:.0%}",
        lambda h, _: chance(h) >= low,
        lambda h, _: f"{chance(h):.0%}",
    )


def _age(ja: str, en: str, older: bool) -> Builder:
    def build(table: Table, key: str) -> Condition:
        limit = table.duration(key)
        minutes = int(limit.total_seconds() // 60)

        def age(hazard: Hazard, situation: Situation) -> timedelta:
            return situation.now - hazard.since

        return Condition(
            f"この状態になって{minutes}分{ja}",
            f"it has been so for {en} {minutes} min",
            lambda h, s: age(h, s) >= limit if older else age(h, s) <= limit,
            lambda h, s: f"{int(age(h, s).total_seconds() // 60)} min",
        )

    return build


def _clock(text: object) -> time | None:
    try:
        return time.fromisoformat(str(text))
    except ValueError:
        return None


def _time_of_day(table: Table, key: str) -> Condition:
    allowed = '{ from = "22:00", until = "07:00" } in Japanese time'
    found = table.value(key, allowed)
    ends = (_clock(found.get("from")), _clock(found.get("until"))) if isinstance(found, Mapping) else (None, None)
    start, end = ends[0] or time(0), ends[1] or time(0)
    if None in ends or not isinstance(found, Mapping) or set(found) != {"from", "until"}:
        table.fault(key, found, allowed)

    def test(_hazard: Hazard, situation: Situation) -> bool:
        now = situation.now.astimezone(JAPAN).time()
        return start <= now < end if start <= end else now >= start or now < end

    return Condition(
        f"{start.isoformat('minutes')}から{end.isoformat('minutes')}まで",
        f"between {start.isoformat('minutes')} and {end.isoformat('minutes')} JST",
        test,
        lambda _, s: clock(s.now),
    )


def _fact(table: Table, key: str) -> Condition:
    """``fact = "depth_cm"`` with one or more of ``at_least``, ``at_most``, ``equals``. An absent fact never holds."""
    name = table.text(key)
    low = table.number("at_least") if "at_least" in table else None
    high = table.number("at_most") if "at_most" in table else None
    wanted = table.value("equals", "a text, a number, true or false")
    if low is None and high is None and wanted is None:
        table.fault(key, name, f'fact = "{name}" together with at_least, at_most or equals')
    if wanted is not None and not isinstance(wanted, (str, int, float, bool)):
        table.fault("equals", wanted, "a text, a number, true or false")

    def test(hazard: Hazard, _situation: Situation) -> bool:
        value = hazard.facts.get(name)
        if value is None or (wanted is not None and value != wanted):
            return False
        if low is None and high is None:
            return True
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return is_number and (low is None or float(value) >= low) and (high is None or float(value) <= high)

    bounds = [(low, "以上", "≥"), (high, "以下", "≤"), (wanted, "", "=")]
    ja = [f"{bound}{word}" for bound, word, _ in bounds if bound is not None]
    en = [f"{sign} {bound}" for bound, _, sign in bounds if bound is not None]
    return Condition(
        f"{name}が{'、'.join(ja)}",
        f"{name} {', '.join(en)}",
        test,
        lambda h, _: str(h.facts.get(name, "なし")),
    )


def _members_of(table: Table, key: str) -> tuple[Condition, ...]:
    members = table.tables(key)
    if not members:
        table.fault(key, table.data.get(key), "a list of one or more tables of conditions")
    return tuple(parse(member) for member in members)


def _any(table: Table, key: str) -> Condition:
    parts = _members_of(table, key)
    return Condition(
        "次のいずれか: " + "／".join(part.ja for part in parts),
        "any of: " + " / ".join(part.en for part in parts),
        lambda h, s: any(part.holds(h, s) for part in parts),
        _nothing,
    )


def _every(table: Table, key: str) -> Condition:
    return _all(_members_of(table, key))


def _not(table: Table, key: str) -> Condition:
    inner = table.table(key)
    if inner is None:
        return _all(())
    part = parse(inner)
    return Condition(f"次のことがない: {part.ja}", f"not: {part.en}", lambda h, s: not part.holds(h, s), _nothing)


def _other(table: Table, key: str) -> Condition:
    """Another valid hazard of which the inner conditions hold; in the same area unless ``same_area`` is false."""
    inner = table.table(key)
    if inner is None:
        return _all(())
    same_area = inner.flag("same_area", default=True)
    conditions = {name: value for name, value in inner.data.items() if name != "same_area"}
    part = parse(Table(conditions, inner.source, inner.key))

    def matches(hazard: Hazard, situation: Situation) -> list[Hazard]:
        return [
            other
            for other in situation.hazards
            if other.key != hazard.key
            and other.status is hazard.status
            and other.valid_until > situation.now
            and (other.area == hazard.area or not same_area)
            and part.holds(other, situation)
        ]

    where_ja, where_en = ("同じ区域", "the same area") if same_area else ("市内", "the city")
    return Condition(
        f"{where_ja}に別の警戒（{part.ja}）がある",
        f"another hazard in {where_en} ({part.en})",
        lambda h, s: bool(matches(h, s)),
        lambda h, s: "、".join(other.headline for other in matches(h, s)[:3]) or "なし",
    )


VOCABULARY: Mapping[str, Builder] = {
    "kind": _members("種別", "kind", lambda h: h.kind),
    "area": _members("区域", "area", lambda h: h.area),
    "model": _members("モデル", "model", lambda h: h.model.partition("@")[0]),
    "status": _members("区分", "status", lambda h: h.status.value),
    "level_at_least": _level("以上", "at least", operator.ge),
    "level_at_most": _level("以下", "at most", operator.le),
    "alert_level": _yes_no(
        ("警戒レベルのある種別", "警戒レベルのない種別"),
        ("it has a warning level", "it has no warning level"),
        lambda h: h.alert_level,
    ),
    "observed": _yes_no(("観測された", "予測である"), ("it is observed", "it is foreseen"), lambda h: h.observed),
    "confirmed": _yes_no(
        ("確認済み", "未確認"), ("it is confirmed", "it is unconfirmed"), lambda h: h.facts.get("confirmed") is True
    ),
    "probability_at_least": _probability,
    "age_at_least": _age("以上", "at least", older=True),
    "age_at_most": _age("以内", "at most", older=False),
    "time_of_day": _time_of_day,
    "fact": _fact,
    "any": _any,
    "all": _every,
    "not": _not,
    "other": _other,
}
