"""Where a vehicle has been, in pieces."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from geo.plow.trail import Seen, trail

NOON = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)


def seen(minutes: float, work: str = "plow") -> Seen:
    return Seen(NOON + timedelta(minutes=minutes), 141.0 + minutes / 1000, 39.7, work)


def test_a_piece_ends_with_the_work_the_hour_and_a_silence() -> None:
    pieces = trail([seen(0), seen(1), seen(2, "none"), seen(3, "none"), seen(20, "none"), seen(21), seen(59), seen(61)])
    assert [(one.work, len(one.places)) for one in pieces] == [("plow", 2), ("none", 3), ("plow", 2), ("plow", 2)]
    assert pieces[0].places[-1] == pieces[1].places[0], "the line is whole where only the work changed"
    assert [len(one.places) for one in trail([seen(58), seen(59), seen(61), seen(62)])] == [2, 3]


def test_a_stream_of_seconds_is_thinned_and_a_single_place_is_no_line() -> None:
    (piece,) = trail([seen(second / 60) for second in range(0, 600, 5)])
    assert len(piece.places) == 30
    assert trail([seen(0)]) == [] and trail([]) == []
