"""What goes wrong outside: outlets that are busy, out of order, deaf after they took it, and feeds that fail."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.fakes.jma import FakeJma, Trouble
from tests.fakes.linkage import FakeLinkage
from tests.fakes.mastodon import FakeMastodon
from tests.fakes.served import Order
from tests.fakes.smtp import FakeSmtp
from tests.fakes.smtp import Order as Reply
from tests.fakes.webhook import FakePartner
from tests.fakes.x import FakeX


@dataclass(frozen=True)
class Outside:
    """Everybody who is told, and the forecaster. Mastodon's account is the one for drills."""

    x: FakeX
    mastodon: FakeMastodon
    linkage: FakeLinkage
    partner: FakePartner
    smtp: FakeSmtp
    jma: FakeJma


Order_ = Callable[[Outside], None]
_TROUBLES: tuple[tuple[str, Order_], ...] = (
    ("X busy (429, with a time)", lambda o: o.x.fail_posts(429, headers={"Retry-After": "3"})),
    ("X out of order (503)", lambda o: o.x.fail_posts(503, page=True)),
    ("X takes it and answers 502", lambda o: o.x.fail_posts(502, page=True, store=True)),
    ("X says nothing", lambda o: o.x.hang_posts(store=True)),
    ("the partner busy (429)", lambda o: o.partner.order(Order(status=429, headers={"Retry-After": "2"}))),
    ("the partner out of order (503)", lambda o: o.partner.fail_next(503)),
    ("the partner's answer is lost", lambda o: o.partner.lose_next()),
    ("the linkage system out of order (503)", lambda o: o.linkage.fail_next(1, 503)),
    ("the linkage system's answer is lost", lambda o: o.linkage.drop_next()),
    ("the drills' account out of order (503)", lambda o: o.mastodon.fail_next(503)),
    ("the drills' account loses its answer", lambda o: o.mastodon.lose_next()),
    ("the mail server refuses for now (451)", lambda o: o.smtp.order(Reply(reply="451 4.3.0 try again"))),
    ("the forecaster's feed out of order (503)", lambda o: o.jma.go_wrong("extra.xml", Trouble(status=503))),
    ("the forecaster's feed cut in the middle", lambda o: o.jma.go_wrong("extra.xml", Trouble(cut=True))),
)


def troubles(start: datetime, hours: float, chance: random.Random) -> Iterator[tuple[datetime, str, Order_]]:
    """About one in two hours, each kind in turn; each spoils the next request of its kind."""
    hour, number = 1.6, 0
    kinds = list(_TROUBLES)
    chance.shuffle(kinds)
    while hour < hours - 2:
        name, order = kinds[number % len(kinds)]
        yield start + timedelta(hours=hour), name, order
        number += 1
        hour += chance.uniform(1.2, 2.6)
