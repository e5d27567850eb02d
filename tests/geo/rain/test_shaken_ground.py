"""How far rain criteria are lowered after an earthquake, by the rule and by what was announced."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.geojson import ProfileError
from geo.rain.shaken_ground import Announced, Lowering, Shaking, read_lowering
from tests.geo.making import NOW

DAY = timedelta(days=1)
MORIOKA = Path(__file__).parents[3] / "config" / "morioka" / "criteria" / "shaken.toml"


def shaken(felt: str, days_ago: float) -> Shaking:
    return Shaking(NOW - days_ago * DAY, felt, f"ref {felt}")


def announced(factor: float, days_ago: float, until: float | None = None) -> Announced:
    return Announced(NOW - days_ago * DAY, factor, "気象台", None if until is None else NOW - until * DAY)


def factor(*shakings: Shaking, said: tuple[Announced, ...] = ()) -> float:
    found = Lowering(announced=said).lowered(shakings, NOW)
    return found.factor if found else 1.0


def test_by_the_rule() -> None:
    assert [factor(shaken(felt, 5)) for felt in ("4", "5-", "5+", "6-", "6+", "7")] == [1, 1, 0.8, 0.7, 0.7, 0.7]
    assert factor(shaken("6-", 89)) == 0.7 and factor(shaken("6-", 90)) == 1 and factor(shaken("6-", -1)) == 1
    assert factor(shaken("5+", 3), shaken("6-", 40), shaken("5-", 1)) == 0.7
    told = Lowering().lowered([shaken("5+", 3), shaken("5+", 40)], NOW)
    assert told and told.ref == "ref 5+" and told.since == NOW - 3 * DAY and told.until == NOW + 87 * DAY


def test_what_is_announced_counts_alone_until_the_next_earthquake() -> None:
    assert factor(shaken("6-", 40), said=(announced(0.8, 39),)) == 0.8
    assert factor(shaken("6-", 200), said=(announced(0.8, 199),)) == 0.8, "for the time being, however long"
    assert factor(shaken("6-", 40), said=(announced(0.8, 39), announced(1.0, 10))) == 1
    assert factor(shaken("6-", 40), said=(announced(1.0, 10), announced(0.8, 39))) == 1
    assert factor(shaken("6-", 40), shaken("5+", 5), said=(announced(1.0, 10),)) == 0.8
    assert factor(shaken("6-", 5), said=(announced(0.8, 10),)) == 0.7
    assert factor(shaken("5+", 5), said=(announced(0.7, 10),)) == 0.7, "the stronger of both"
    assert factor(shaken("6-", 40), said=(announced(0.8, 39, until=2),)) == 1
    assert factor(shaken("6-", 40), said=(announced(0.8, -1),)) == 0.7, "announced for later"


@given(st.lists(st.tuples(st.sampled_from(["4", "5-", "5+", "6-", "7"]), st.floats(0, 400)), max_size=6))
def test_another_earthquake_never_raises_the_criteria(shakings: list[tuple[str, float]]) -> None:
    made = [shaken(felt, days) for felt, days in shakings]
    for count in range(len(made)):
        assert factor(*made[: count + 1]) <= factor(*made[:count])


def test_the_profile_says_it(tmp_path: Path) -> None:
    assert read_lowering(tmp_path / "none.toml") == Lowering()
    ours = read_lowering(MORIOKA)
    assert (ours.factors, ours.lasts, ours.announced) == (Lowering().factors, 90 * DAY, ()) and "気象庁" in ours.source
    file = tmp_path / "shaken.toml"
    said = 'since = 2026-03-05T12:00:00+09:00\nfactor = 0.8\nsource = "盛岡地方気象台"\n'
    file.write_text(f'lasts_days = 30\nfactors = {{ "5+" = 0.9 }}\n[[announced]]\n{said}', encoding="utf-8")
    read = read_lowering(file)
    assert (read.lasts, read.factor("5+"), read.factor("7")) == (30 * DAY, 0.9, 1.0)
    assert [(one.factor, one.source, one.until) for one in read.announced] == [(0.8, "盛岡地方気象台", None)]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("lasts_days = 400", "lasts_days"),
        ('factors = { "5-upper" = 0.8 }', "factors.5-upper"),
        ('factors = { "5+" = 80 }', "factors.5"),
        ('[[announced]]\nsince = 2026-03-05T12:00:00\nfactor = 0.8\nsource = "x"', "announced.0.since"),
        ("[[announced]]\nsince = 2026-03-05T12:00:00Z\nfactor = 0.8", "announced.0.source"),
        (
            '[[announced]]\nsince = 2026-03-05T12:00:00Z\nuntil = 2026-03-04T12:00:00Z\nfactor = 1\nsource = "x"',
            "until must be after since",
        ),
        ("factors = ", "at end of document"),
    ],
)
def test_a_wrong_file_is_refused_by_place(tmp_path: Path, text: str, place: str) -> None:
    file = tmp_path / "shaken.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ProfileError, match=place) as refused:
        read_lowering(file)
    assert str(file) in str(refused.value)
