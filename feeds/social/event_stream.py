"""Server-sent events, read as they arrive: pieces of bytes in, whole events out.

An event counts when the empty line behind it has come; what was cut in the middle is not an event.
"""

from __future__ import annotations

from dataclasses import dataclass, field

_LONGEST = 1024 * 1024  # bytes of one event; a longer one is none of ours


class EventTooLongError(Exception):
    """The server sends something that is no stream of events."""


@dataclass(slots=True)
class EventStream:
    """The state of one connection."""

    _rest: bytes = b""
    _name: str = ""
    _data: list[str] = field(default_factory=list)
    _size: int = 0

    def feed(self, piece: bytes) -> list[tuple[str, str]]:
        """(name, data) of every event that is whole now. Raises EventTooLongError."""
        found: list[tuple[str, str]] = []
        *lines, self._rest = (self._rest + piece).split(b"\n")
        for line in lines:
            self._size += len(line)
            if event := self._line(line.removesuffix(b"\r").decode("utf-8", "replace")):
                found.append(event)
            if self._size > _LONGEST:
                raise EventTooLongError(f"an event of more than {_LONGEST} bytes")
        if len(self._rest) > _LONGEST:
            raise EventTooLongError(f"a line of more than {_LONGEST} bytes")
        return found

    def _line(self, line: str) -> tuple[str, str] | None:
        if not line:
            event = (self._name, "\n".join(self._data)) if self._data else None
            self._name, self._data, self._size = "", [], 0
            return event
        name, _, value = line.partition(":")
        if name == "event":
            self._name = value.removeprefix(" ")
        elif name == "data":
            self._data.append(value.removeprefix(" "))
        return None
