"""When the next step of a call is due. Pure, by the times in the store: a restart changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.callout.roster import Chain
from services.store.call_sends import NOT_REACHED, Send
from services.store.calls import Call

_SLOWER = 6  # times, once everybody was called as often as the chain says: nobody is let off, nobody is flooded


def is_due(call: Call, chain: Chain, last: Sequence[Send], now: datetime) -> bool:
    """True where the step after the last one begins now. ``last`` are the messages of the last one.

    The first is due at once. Where nobody of a step could be reached for certain, or nobody was there to be called, the
    next group need not wait; but a new round never begins early, or a broken mail server would burn all of them.
    """
    if call.step == 0 or call.step_at is None:
        return True
    begins_a_round = call.step % len(chain.groups) == 0
    if not begins_a_round and all(one.state in NOT_REACHED for one in last):
        return True
    pause = chain.after * (_SLOWER if call.step >= chain.rounds * len(chain.groups) else 1)
    return now >= call.step_at + pause
