"""The one-method seam every feed fills."""

from __future__ import annotations

from typing import Protocol

from feeds.records import Decoded, Message
from feeds.topics import matches


class Feed(Protocol):
    """Decodes bytes into records.

    ``decode`` is a pure function of the message: it keeps no state, reads no clock and never raises; whatever is
    wrong with the bytes comes back as a :class:`~feeds.records.Rejected` that names the place and the cure.
    """

    name: str

    @property
    def filters(self) -> tuple[str, ...]:
        """MQTT topic filters beside hub/v1, which every hub subscribes to."""
        ...

    def accepts(self, topic: str) -> bool:
        """True where messages of this topic are this feed's."""
        ...

    def decode(self, message: Message) -> Decoded: ...


class ByFilter:
    """A feed whose topics are those of its filters."""

    filters: tuple[str, ...] = ()

    def accepts(self, topic: str) -> bool:
        """True where messages of this topic are this feed's."""
        return any(matches(one, topic) for one in self.filters)
