"""The books of those who were told, when the storm is over: what the witness looks at beside the store."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Self

from tests.fakes.linkage import Received
from tests.fakes.mastodon import Toot
from tests.fakes.x import Post
from tests.storm.crowd import Crowd
from tests.storm.plot import Plot


@dataclass(frozen=True, kw_only=True)
class Books:
    """``received`` of the partner's program, and when each ``came``; ``boxes`` of mail by address."""

    plot: Plot
    shown: Callable[[datetime], datetime]  # what the hub's clock showed at a moment of wall time
    speed: float
    posts: list[Post]
    toots: list[Toot]
    received: dict[str, Any]
    came: dict[str, datetime]
    documents: list[Received]
    mailed: list[tuple[str, str]]
    boxes: dict[str, dict[str, EmailMessage]]
    browsers: list[str]  # that were there from the beginning
    notified: list[tuple[str, dict[str, Any]]]  # which of them was shown what
    joined: dict[str, datetime]
    left: dict[str, datetime]

    @classmethod
    def of(cls, plot: Plot, shown: Callable[[datetime], datetime], speed: float, crowd: Crowd) -> Self:
        outside = crowd.stage.outside
        return cls(
            plot=plot,
            shown=shown,
            speed=speed,
            posts=outside.x.posts,
            toots=outside.mastodon.posts,
            received=outside.partner.received,
            came=outside.partner.came,
            documents=outside.linkage.received,
            mailed=outside.smtp.taken,
            boxes=outside.smtp.boxes,
            browsers=[*crowd.stage.push.browsers],
            notified=crowd.stage.push.taken,
            joined=crowd.joined,
            left=crowd.left,
        )

    def save(self, file: Path) -> None:
        """For another look at the same storm: ``make storm JUDGE=FOLDER``."""
        file.write_bytes(pickle.dumps(self))

    @classmethod
    def load(cls, file: Path) -> Self:
        found = pickle.loads(file.read_bytes())
        assert isinstance(found, cls)
        return found
