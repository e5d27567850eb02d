"""How the hub is: what readiness, the status bar and the map tell."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict


class Health(TypedDict, total=False):
    """The state of the line as the running hub knows it; what is missing counts as not working."""

    broker: bool  # connected
    ingest: bool  # running
    ingest_last_at: datetime | None  # when the newest record came in
    stale: bool  # nothing has come in for longer than the profile allows
    reasons: list[str]  # further faults, one sentence each, without secrets
