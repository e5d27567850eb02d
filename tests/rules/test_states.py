"""What becomes of a revision never blurs whether people heard it."""

from __future__ import annotations

import pytest

from rules.alert import OUT, REMEMBERED, State
from rules.ledger import BEFORE_DRAFTED, BEFORE_ISSUED, GIVES_WAY, OPEN, Turn


@pytest.mark.parametrize("turn", [BEFORE_DRAFTED, BEFORE_ISSUED, *GIVES_WAY.values()])
def test_no_turn_makes_heard_of_unheard(turn: Turn) -> None:
    assert [was for was, comes in turn.items() if (was in OUT) is not (comes in OUT)] == []


@pytest.mark.parametrize("state", [State.ENDED, State.LIFTED])
def test_nothing_of_a_series_that_is_over_stays_open_unless_it_is_remembered(state: State) -> None:
    left = {GIVES_WAY[state].get(was, was) for was in OPEN}
    assert left & set(OPEN) <= (REMEMBERED if state is State.LIFTED else set())
