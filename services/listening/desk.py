"""What an officer makes of leads that they looked at: a report of their own, or nothing.

The report is the officer's word, not the post's: no text, no link and no account of a post goes into it, so that what
is deleted after a day or two is deleted. It begins at the review queue like every other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from prometheus_client import Counter
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.japan import dated, dated_en, exact
from feeds.records import Report
from feeds.status import Status
from geo.heard.book import Book
from geo.heard.clusters import Cluster, clusters
from geo.heard.spots import Spot
from services.configuration.listening import Listening
from services.store import chronology, leads, records
from services.store.chronology import Entry
from services.store.engine import Store

ACTS = Counter("shirase_lead_acts", "What was made of leads", ["status", "act"])
GATEWAY = "@desk"
SOURCE = "職員がSNSで確認"
_MOST = 20_000  # leads of one place


class Make(StrEnum):
    """What may be made of them."""

    REPORT = "report"
    NOTHING = "nothing"


ACTS_JA: Mapping[str, str] = {Make.REPORT: "通報にした", Make.NOTHING: "何もなしとした"}


class LeadError(Exception):
    """It cannot be done; ``code``: not_found, changed."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """Of which leads: those of a hazard and place up to number ``seen``, which the officer had before their eyes."""

    status: Status
    hazard: str
    place: str
    seen: int
    make: Make
    who: str
    text: str = ""  # of the officer


async def do(store: Store, listening: Listening, book: Book, deed: Deed, now: datetime) -> str:
    """One transaction of act, report and chronology; the key of the report, empty where none was made.

    Raises LeadError: not_found where the leads are gone meanwhile, changed where somebody was quicker.
    """
    async with store.write() as connection:
        cluster = await _looked_at(connection, listening, deed, now)
        report = _report(cluster, book, deed) if deed.make is Make.REPORT else None
        if report is not None:
            await records.save(connection, [report], now, deed.who)
        low = min(one.number for one in cluster.leads)
        act = leads.Act(
            status=deed.status,
            hazard=deed.hazard,
            place=deed.place,
            low=low,
            through=deed.seen,
            act=deed.make.value,
            at=now,
            who=deed.who,
            report=report.key if report else "",
        )
        await leads.act(connection, act)
        await chronology.append(connection, [_entry(cluster, book, act)])
    ACTS.labels(deed.status.value, deed.make.value).inc()
    return act.report


async def _looked_at(connection: AsyncConnection, listening: Listening, deed: Deed, now: datetime) -> Cluster:
    """The cluster as the officer saw it."""
    kept = await leads.since(connection, deed.status, now - listening.kept, _MOST, deed.place)
    mine = [one for one in kept if deed.hazard in one.hazards and one.number <= deed.seen]
    parts = [one for one in clusters(mine, listening.gap) if one.hazard == deed.hazard]
    found = next((one for one in parts if one.newest == deed.seen), None)
    if found is None:
        text = "この手がかりはもうありません（投稿が削除されたか、保存の時間が過ぎました） / these leads are gone"
        raise LeadError("not_found", text)
    for act in await leads.acts(connection, deed.status):
        if (act.hazard, act.place) == (deed.hazard, deed.place) and act.low <= deed.seen <= act.through:
            done = f"{act.who} が{exact(act.at)}に{ACTS_JA[act.act]}ところです"
            english = f"{act.who} was quicker: {act.act}, {dated_en(act.at)}"
            raise LeadError("changed", f"{done}。いまの状態を見て、選び直してください / {english}")
    return found


def _report(cluster: Cluster, book: Book, deed: Deed) -> Report:
    """In the officer's name, with a point where the place has one, and the number of people as what it is."""
    known, spot = book.by_kind.get(deed.hazard), book.by_name.get(deed.place) or Spot(name=deed.place)
    title = known.ja if known else deed.hazard
    span = f"{dated(cluster.first)}〜{dated(cluster.last)}" if cluster.first != cluster.last else dated(cluster.last)
    counted = f"SNSの投稿（{span}、少なくとも{cluster.people}人）を職員が見て登録。未確認。"
    name = f"{deed.status}\n{deed.hazard}\n{deed.place}\n{deed.seen}\n{cluster.first.isoformat()}"
    return Report(
        gateway=GATEWAY,
        report_id=f"lead-{hashlib.sha256(name.encode()).hexdigest()[:24]}",
        kind=known.report if known else "other",
        measured_at=cluster.last,
        text="\n".join(one for one in (f"{title}：{deed.place}", deed.text, counted) if one),
        place=deed.place,
        lon=spot.lon,
        lat=spot.lat,
        source=SOURCE,
        status=deed.status,
    )


def _entry(cluster: Cluster, book: Book, act: leads.Act) -> Entry:
    """The line that tells who made what of it; no link, no word of a post."""
    known = book.by_kind.get(act.hazard)
    text = f"SNSの手がかり（{known.ja if known else act.hazard}・{act.place}、{cluster.people}人）を{ACTS_JA[act.act]}"
    refs = {"hazard": act.hazard, "place": act.place, "act": act.act, **({"report": act.report} if act.report else {})}
    return Entry(at=act.at, status=act.status, kind="lead", who=act.who, text=text, refs=refs)
