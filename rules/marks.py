"""The words that mark a drill, in one place: no text of ours may carry others."""

from __future__ import annotations

from collections.abc import Mapping

from feeds.status import Status

# (Japanese, English): what every public text of this status starts and ends with; nothing for the real thing
MARKS: Mapping[Status, tuple[str, str]] = {
    Status.ACTUAL: ("", ""),
    Status.EXERCISE: ("【訓練】", "[EXERCISE]"),
    Status.TEST: ("【試験】", "[TEST]"),
}
