"""Those who listen to /api/v1/events and see the same: what they could see at a moment, and what has changed."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.web.api.viewer import Viewer

_MOST_WAITING = 64


@dataclass(frozen=True, slots=True)
class Picture:
    """What a kind of viewer could see at one moment: a mark per thing, and the figures of the status bar."""

    marks: Mapping[str, str]
    facts: Mapping[str, Any]

    @property
    def id(self) -> str:
        return ".".join(f"{name}-{mark}" for name, mark in sorted(self.marks.items()))

    def news_since(self, event_id: str) -> list[str]:
        """The things that differ from what the id stands for; everything, for an id that is not one of ours."""
        before = dict(part.split("-", 1) for part in event_id.split(".") if "-" in part)
        return sorted(name for name, mark in self.marks.items() if before.get(name) != mark)

    def event(self, what: list[str]) -> bytes:
        data = json.dumps({"what": what, **self.facts}, ensure_ascii=False)
        return f"id: {self.id}\nevent: change\ndata: {data}\n\n".encode()


class Audience:
    """Everyone who sees the same: the public, or the desk."""

    def __init__(self, viewer: Viewer) -> None:
        self.viewer = viewer
        self.picture = Picture({}, {})
        self.newest: dict[str, int] = {}  # type of record → sequence number
        self.looked = 0  # how far into the records
        self.networks: Counter[str] = Counter()  # from which how many listen
        self._queues: dict[asyncio.Queue[bytes | None], str] = {}

    def __len__(self) -> int:
        return len(self._queues)

    def join(self, network: str = "") -> asyncio.Queue[bytes | None]:
        queue: asyncio.Queue[bytes | None] = asyncio.Queue(_MOST_WAITING)
        self._queues[queue] = network
        self.networks[network] += 1
        return queue

    def leave(self, queue: asyncio.Queue[bytes | None]) -> None:
        network = self._queues.pop(queue, None)
        if network is not None:
            self.networks[network] -= 1
            if not self.networks[network]:
                del self.networks[network]

    def show(self, picture: Picture) -> bool:
        """Tell everyone what is new, encoded once; one who does not keep up is sent away and will resume."""
        what = picture.news_since(self.picture.id)
        self.picture = picture
        if what:
            event = picture.event(what)
            for queue in list(self._queues):
                if queue.full():
                    self._end(queue)
                else:
                    queue.put_nowait(event)
        return bool(what)

    def close(self) -> None:
        for queue in list(self._queues):
            self._end(queue)

    def _end(self, queue: asyncio.Queue[bytes | None]) -> None:
        self.leave(queue)
        while queue.full():
            queue.get_nowait()
        queue.put_nowait(None)
