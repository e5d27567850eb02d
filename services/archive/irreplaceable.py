"""Which archives the store can make no more, or not for much longer: they belong into a backup, all others do not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from services.archive.period import Period, day_of
from services.archive.registry import KINDS
from services.configuration.retention import Retention
from services.store.archives import Archived

FOLDER = "archive"  # of the data folder
_BEFORE = timedelta(days=31)  # the next copy may be that far away


def irreplaceable(rows: Iterable[Archived], kept: Retention, now: datetime) -> Iterator[str]:
    """Their paths in the data folder. A month never is: it is made of the files of its days."""
    for one in rows:
        kind, period = KINDS.get(one.kind), Period(one.period)
        if kind is None or not kind.outlasts or one.withdrawn or period.whole:
            continue
        lasts = kept.kept(kind.outlasts)
        if lasts is not None and period.first <= day_of(now - lasts + _BEFORE):
            yield f"{FOLDER}/{one.kind}/{one.period}.{one.sha256}"
