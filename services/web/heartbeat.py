"""``/cap/heartbeat.xml``: every minute a signed list of what was published last, so that a silent loss shows.

Whoever reads the feed compares: an identifier that is listed and never came got lost on the way; a heartbeat that stays
behind, or has no good signature, means that the feed can be trusted no longer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from aiohttp import web

from feeds.cap import CapReference, read, write
from feeds.cap.sign import Signer
from rules.heartbeat import MOST, heartbeat
from services.channels.cap_document import MEDIA_TYPE
from services.channels.cap_feed import HEARTBEAT
from services.store.tables import outbox
from services.web.cap import CapPages, answer, document_of


@dataclass(kw_only=True)
class Heartbeat:
    """The page beside the feed. It says the same for a whole minute, to everybody and from every process."""

    pages: CapPages
    sender: str
    signer: Signer | None
    _made: tuple[datetime, bytes] = field(default=(datetime.min.replace(tzinfo=UTC), b""), init=False)

    def routes(self) -> list[web.RouteDef]:
        """What to add to the application's router, before the documents of the feed."""
        return [web.get(f"/cap/{HEARTBEAT}.xml", self.document)]

    async def document(self, request: web.Request) -> web.StreamResponse:
        """The heartbeat of this minute."""
        minute = self.pages.now().astimezone(UTC).replace(second=0, microsecond=0)
        if self._made[0] != minute:
            written = write(heartbeat(self.sender, minute, await self._published(minute)))
            self._made = (minute, self.signer.sign(written) if self.signer else written)
        return answer(request, self._made[1], MEDIA_TYPE, minute)

    async def _published(self, until: datetime) -> list[CapReference]:
        """What was published before this minute began, the newest last: later looks find the same."""
        newest = self.pages.published().where(outbox.c.finished_at < until)
        newest = newest.order_by(outbox.c.finished_at.desc(), outbox.c.id.desc()).limit(MOST)
        async with self.pages.store.read() as connection:
            rows = (await connection.execute(newest)).mappings().all()
        alerts = (read(document_of(row)) for row in reversed(rows))
        return [alert.reference for alert in alerts if self.pages.may_show(alert)]
