"""Every revision that went out to everybody by CAP on a day. The document has the last word, as on the feed itself."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import NamedTuple

from feeds.cap import CapAlert, read
from feeds.status import Status
from rules.alert import Alert
from services.archive.kind import Kind, Rows
from services.archive.known import Known
from services.archive.period import Period
from services.store.by_day import Reader
from services.store.codec import from_json
from services.store.tables import alerts, outbox
from services.web.cap import document_of, may_show, published
from services.web.open.past import ALERTS as COLUMNS
from services.web.open.past import alert_row


class Sent(NamedTuple):
    """One revision, with the document that has the last word, and when everybody could read it."""

    at: datetime
    alert: Alert
    document: CapAlert


async def _alerts(store: Reader, _known: Known, day: Period) -> AsyncIterator[Rows]:
    yield [alert_row(one.alert, one.document) for one in await went_out(store, day)]


async def went_out(store: Reader, day: Period) -> Sequence[Sent]:
    """What was told to everybody on a day, in the order of its going out; never a drill or a test."""
    real = published(public_exercise=False).add_columns(alerts.c.body)
    that_day = (outbox.c.status == Status.ACTUAL.value, outbox.c.finished_at >= day.begins)
    async with store.read() as connection:
        rows = await connection.execute(real.where(*that_day, outbox.c.finished_at < day.ends))
        found = rows.mappings().all()
    told = (Sent(row["finished_at"], from_json(Alert, row["body"]), read(document_of(row))) for row in found)
    open_ = (one for one in told if may_show(one.document, public_exercise=False))
    return sorted(open_, key=lambda one: (one.at, one.document.identifier))


ALERTS = Kind(
    id="alerts",
    title="発表した情報",
    title_en="Alerts",
    description="その日に一般へ発表した情報のすべての報（CAP）。",
    description_en="Every revision that went out to everybody by CAP.",
    columns=dict(
        zip(
            COLUMNS,
            (
                "identifier of the CAP document",
                "what its revisions have in common",
                "number of the revision",
                "Alert, Update or Cancel",
                "always Actual: drills and tests are in no archive",
                "警戒レベル, where there is one",
                "event",
                "headline",
                "areas",
                "when it was sent",
                "until when it holds",
                "text",
            ),
            strict=True,
        )
    ),
    read=_alerts,
    outlasts="alerts",
)
