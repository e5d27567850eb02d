"""What cannot be true together, or is most likely a slip: told to the desk, and never put right by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations

from rules.damage.disaster import Disaster
from rules.damage.items import BY_KEY, HOUSES, ITEMS
from rules.damage.record import Damage
from rules.damage.sums import Totals, totals

_NEAR = timedelta(hours=6)  # two records of one district and item within it may be one event: an assumption of ours
_MOST_TOLD = 20
_LOST_HOME = ("destroyed", "half_destroyed", "flooded_above")  # whose households the form counts as り災世帯


@dataclass(frozen=True, slots=True)
class Contradiction:
    """One of them; ``records`` are the numbers of what it is about."""

    code: str
    ja: str
    records: tuple[int, ...] = ()


def contradictions(
    disaster: Disaster, records: Iterable[Damage], reported: Mapping[str, int] | None = None
) -> list[Contradiction]:
    """All of a disaster. ``reported``: confirmed figures of the last report; None: there was none."""
    standing = [one for one in records if not one.withdrawn]
    of = totals(standing)
    found = [*_of_records(disaster, standing), *_of_totals(of), *_doubles(standing)]
    fallen = [] if reported is None else [*_fallen(of, reported)]
    return [*found, *fallen][:_MOST_TOLD]


def _of_records(disaster: Disaster, records: Iterable[Damage]) -> Iterator[Contradiction]:
    for one in records:
        told = one.content.figures
        for item in ITEMS:
            whole, part = told.get(item.part_of), told.get(item.key)
            if part is not None and whole is not None and part > whole:
                text = f"記録 {one.id}：{item.ja} {part}が、{BY_KEY[item.part_of].ja} {whole}より多い"
                yield Contradiction("part_exceeds", text, (one.id,))
        for kind in HOUSES:
            if told.get(f"{kind}_buildings") == 0 and (told.get(f"{kind}_households") or told.get(f"{kind}_people")):
                name = BY_KEY[f"{kind}_buildings"].ja
                yield Contradiction("no_building", f"記録 {one.id}：{name}が0棟なのに、世帯や人が入っている", (one.id,))
        if _before(one.content.happened, disaster.began):
            text = f"記録 {one.id}：日時が、災害の始まりより前になっている"
            yield Contradiction("before_began", text, (one.id,))


def _of_totals(of: Totals) -> Iterator[Contradiction]:
    confirmed = {key: one.confirmed for key, one in of.items() if one.confirmed is not None}
    if confirmed.get("dead_related", 0) > confirmed.get("dead", 0):
        yield Contradiction("part_exceeds", "うち災害関連死者が、死者より多い")
    for households, what in (("suffering_households", "households"), ("suffering_people", "people")):
        lost = sum(confirmed.get(f"{kind}_{what}", 0) for kind in _LOST_HOME)
        if households in confirmed and confirmed[households] < lost:
            item = BY_KEY[households]
            told = f"{item.ja} {confirmed[households]:,}"
            text = f"{told}が、全壊・半壊・床上浸水の合計 {lost:,}{item.unit}より少ない"
            yield Contradiction("sufferers_few", text)


def _doubles(records: list[Damage]) -> Iterator[Contradiction]:
    """Two records of one district, near in time, that count the same thing with the same number."""
    placed: dict[str, list[Damage]] = {}
    for one in records:
        if one.content.area and one.content.happened:
            placed.setdefault(one.content.area, []).append(one)
    for some in placed.values():
        for one, other in combinations(some[:100], 2):
            if _near(one, other) and (same := _same(one, other)):
                text = f"記録 {one.id} と {other.id}：同じ地区・近い時刻・同じ数の{BY_KEY[min(same)].ja}"
                yield Contradiction("maybe_double", f"{text}。重複していないか確かめる", (one.id, other.id))


def _near(one: Damage, other: Damage) -> bool:
    first, second = one.content.happened, other.content.happened
    return first is not None and second is not None and abs(first - second) <= _NEAR


def _same(one: Damage, other: Damage) -> set[str]:
    """The items that both count, where they count the same ones with the same numbers somewhere."""
    mine, theirs = one.content.figures, other.content.figures
    if mine.keys() != theirs.keys():
        return set()
    return {key for key, steps in mine.items() if steps and theirs[key] == steps}


def _fallen(of: Totals, reported: Mapping[str, int]) -> Iterator[Contradiction]:
    for key, before in reported.items():
        now = of[key].confirmed if key in of else None
        if now is None or now < before:
            item = BY_KEY[key]
            told = "なし（記載なし）" if now is None else f"{item.told(now)}{item.unit}"
            text = f"{item.title}が前回の報告 {item.told(before)}{item.unit}から {told}に減っている"
            yield Contradiction("fallen", f"{text}。訂正として報告する")


def _before(at: datetime | None, began: datetime) -> bool:
    return at is not None and at < began
