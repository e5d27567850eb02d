"""What can become of a request, in the words of GeoReport's extended states and in ours."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Of a request. Its value is what applications of the updates extension know."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"  # 対応中
    SCHEDULED = "action_scheduled"  # 対応予定
    FIXED = "fixed"  # 対応済
    NO_ACTION = "no_further_action"  # 対応しない
    FORWARDED = "internal_referral"  # 道路の管理者へ伝えた
    ELSEWHERE = "not_councils_problem"  # 市の道路ではない
    CLOSED = "closed"

    @property
    def is_open(self) -> bool:
        """What readers of plain GeoReport v2 are told: open, or closed."""
        return self in OPEN


OPEN = frozenset({State.OPEN, State.IN_PROGRESS, State.SCHEDULED})
WORDS: dict[State, tuple[str, str]] = {
    State.OPEN: ("受付", "received"),
    State.IN_PROGRESS: ("対応中", "in progress"),
    State.SCHEDULED: ("対応予定", "scheduled"),
    State.FIXED: ("対応済", "done"),
    State.NO_ACTION: ("対応なし", "no further action"),
    State.FORWARDED: ("道路管理者へ連絡済", "passed on to the road's administrator"),
    State.ELSEWHERE: ("市の管理外", "not the city's road"),
    State.CLOSED: ("終了", "closed"),
}

# What others say that it is, in the words of the updates extension.
SAID: dict[str, State] = {
    **{state.value.upper(): state for state in State},
    "INVESTIGATING": State.IN_PROGRESS,
    "PLANNED": State.SCHEDULED,
    "DUPLICATE": State.CLOSED,
}
