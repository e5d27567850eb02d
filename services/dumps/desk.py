"""What staff do with snow dumps: say that one is open, full or closed, what was measured there, and what else to know.

Closing one twice does no harm, so nobody has to approve it; but whoever acts must have seen the last act before.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from prometheus_client import Counter

from feeds.japan import dated
from feeds.status import Status
from rules.dumps.life import Act, DumpError, Event, Told, fitting
from rules.dumps.words import ACTS_JA
from services.dumps.picture import Dumps
from services.dumps.sites import Site
from services.store import chronology, dumps
from services.store.chronology import Entry
from services.store.engine import Store

ACTS = Counter("shirase_dump_acts", "What was said of snow dumps", ["status", "act"])


@dataclass(frozen=True, slots=True)
class Aim:
    """Which dump, and up to which act of it the person had seen."""

    status: Status
    dump: str
    seen: int


async def do(store: Store, known: Dumps, aim: Aim, event: Event) -> Told:
    """Write one act and its line in the chronology; the dump after it. Raises DumpError: not_found, seen, …"""
    fitting(event)
    site = known.sites.find(aim.dump, aim.status)
    if site is None:
        raise DumpError("not_found", f"雪捨て場 {aim.dump} はありません / there is no dump {aim.dump}")
    async with store.write() as connection:
        if event.act is Act.MEASURE:
            looked = await known.look(connection, aim.status, event.at)
            event = replace(event, visits=next(one.visits_today for one in looked if one.site == site))
        if not await dumps.add(connection, aim.status, aim.dump, event, aim.seen):
            text = "ほかの人が先に更新しました。画面を新しくしてください / somebody was quicker; look again"
            raise DumpError("seen", text)
        await chronology.append(connection, [entry(site, aim.status, event)])
        after = (await dumps.told(connection, aim.status, event.at))[aim.dump]
    ACTS.labels(aim.status.value, event.act.value).inc()
    return after


def entry(site: Site, status: Status, event: Event) -> Entry:
    """The line that tells who said what of a dump."""
    volume = f"（{event.volume_m3:g} m3）" if event.volume_m3 is not None else ""
    until = f"（再開の見込み {dated(event.until)}）" if event.until else ""
    words = f"：{event.text}" if event.text else ""
    text = f"雪捨て場 {site.name} {ACTS_JA[event.act]}{volume}{until}{words}"
    refs = {"dump": site.code, "act": event.act.value}
    return Entry(at=event.at, status=status, kind="dump", who=event.who, text=text, refs=refs)
