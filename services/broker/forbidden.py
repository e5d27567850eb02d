"""What the broker threw away: publications on topics that their sender has no right to.

MQTT 3.1.1 has no way to refuse a PUBLISH, so the server acknowledges it and drops it; only its log knows. A gateway
set up under a wrong name would lose everything in silence, so the log is read and the loss is told to staff.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

import structlog
from prometheus_client import Counter

log = structlog.get_logger(__name__)
DROPPED = Counter(
    "shirase_broker_forbidden_total", "Publications dropped because their sender has no right to the topic"
)

_NO_ROOM = re.compile(rb"no space left on device|disk quota exceeded")
_LINE = re.compile(rb'"([^"]*)" - Publish Violation - Subject "([^"]*)"')
_KEPT = 100  # different senders and topics
_READ_AT_MOST = 1_000_000


@dataclass(frozen=True, slots=True)
class Dropped:
    """A sender by its MQTT client id, the topic, and how often."""

    client_id: str
    topic: str
    times: int


class ForbiddenLog:
    """Follows the server's log file from its present end, over rotations."""

    def __init__(self, log_file: Path) -> None:
        self._file = log_file
        self._seen: OrderedDict[tuple[str, str], int] = OrderedDict()
        self._position = self._size()
        self.starved = False  # a write failed for want of room

    @property
    def dropped(self) -> tuple[Dropped, ...]:
        """What was dropped since the start, latest last; the hundred latest kinds."""
        return tuple(Dropped(*kind, times) for kind, times in self._seen.items())

    def follow(self) -> None:
        """Read what is new. A blocking read of at most a megabyte; OSError is not raised, the file may be rotating."""
        if self._size() < self._position:
            self._position = 0
        try:
            with self._file.open("rb") as handle:
                handle.seek(self._position)
                new = handle.read(_READ_AT_MOST)
        except OSError:
            return
        whole = len(new) if len(new) == _READ_AT_MOST else new.rfind(b"\n") + 1
        self._position += whole
        self.starved |= _NO_ROOM.search(new, 0, whole) is not None
        for client_id, subject in _LINE.findall(new[:whole]):
            self._note(client_id.decode(errors="replace"), _topic(subject.decode(errors="replace")))

    def _note(self, client_id: str, topic: str) -> None:
        kind = (client_id, topic)
        DROPPED.inc()
        if kind not in self._seen:
            log.warning(
                "publication_dropped",
                client_id=client_id,
                topic=topic,
                cure="the gateway's user and the GATEWAY level of its topics must be the same name",
            )
        self._seen[kind] = self._seen.pop(kind, 0) + 1
        if len(self._seen) > _KEPT:
            self._seen.popitem(last=False)

    def _size(self) -> int:
        try:
            return self._file.stat().st_size
        except OSError:
            return 0


def _topic(subject: str) -> str:
    """The server's subject as the MQTT topic that it was."""
    return subject.replace("//", "\0").replace(".", "/").replace("\0", ".")
