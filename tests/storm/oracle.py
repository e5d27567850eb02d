"""The witness of a storm: what the script says must come out, laid beside the books of those who were told.

It reads the hub's store only to see that what came in is kept, and that what is called sent is what was heard.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.store import chronology
from services.store.engine import Store
from services.store.tables import alerts, approvals, outbox, quarantine, records
from tests.storm.books import Books
from tests.storm.plot import Plot, Tale, stem_of

_OUT = ("accepted", "duplicate")
_OPEN = ("waiting", "sending", "unknown")
_MARK = "訓練"


@dataclass(frozen=True, kw_only=True)
class Heard:
    """One revision as the partner's program was told it. ``came`` is hub time."""

    series: str
    revision: int
    level: int
    ends: bool
    sent: datetime
    expires: datetime
    headline: str
    kind: str
    came: datetime


@dataclass
class Verdict:
    """``faults`` in sentences; empty where all is well."""

    faults: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    ends: Counter[str] = field(default_factory=Counter)  # what became of deliveries
    lags: list[float] = field(default_factory=list)  # wall seconds from what was put in to the partner's program

    def check(self, good: object, sentence: str) -> None:
        if not good:
            self.faults.append(sentence)


async def judge(books: Books, url: str) -> Verdict:
    """Everything of the whole storm; ``url`` is that of the hub's store."""
    verdict, plot = Verdict(), books.plot
    heard = _heard(books)
    store = await Store.open(url)
    try:
        async with store.read() as connection:
            await _kept(connection, plot, verdict)
            await _quarantined(connection, plot, verdict)
            rows = (await connection.execute(select(outbox))).mappings().all()
            await _by_people(connection, verdict)
            broken = await chronology.first_broken(connection)
            verdict.check(broken is None, f"the chronology's chain is broken at {broken}")
    finally:
        await store.close()
    _tales(plot, heard, books.speed, verdict)
    _silences(plot, heard, verdict)
    _in_order(heard, verdict)
    _posts(books, rows, verdict)
    _drills(books, rows, verdict)
    _mails(books, rows, verdict)
    _notifications(books, rows, verdict)
    _no_drill_leaked(books, verdict)
    _never_stale(heard, books, rows, verdict)
    verdict.ends = Counter(f"{row['channel']} {row['state']}" for row in rows)
    verdict.counts |= {
        "told to the partner": len(heard),
        "posts at X": len(books.posts),
        "posts of drills": len(books.toots),
        "at the linkage system": len(books.documents),
        "mails": len(books.mailed),
        "stories": len(plot.tales),
    }
    return verdict


def _heard(books: Books) -> list[Heard]:
    found = []
    for identity, message in books.received.items():
        told: dict[str, Any] = message["data"]
        found.append(
            Heard(
                series=told["series"],
                revision=told["revision"],
                level=told["level"],
                ends=told["ends"],
                sent=datetime.fromisoformat(told["sent"]),
                expires=datetime.fromisoformat(told["expires"]),
                headline=told["texts"]["ja"]["headline"],
                kind=told["kind"],
                came=books.shown(books.came[identity]),
            )
        )
    return found


async def _kept(connection: AsyncConnection, plot: Plot, verdict: Verdict) -> None:
    """What was acknowledged is stored, once."""
    keys = Counter((await connection.scalars(select(records.c.key))).all())
    lost = plot.keys - keys.keys()
    verdict.check(not lost, f"{len(lost)} acknowledged and not stored: {sorted(lost)[:3]}")
    twice = [key for key in plot.keys if keys[key] > 1]
    verdict.check(not twice, f"{len(twice)} stored more than once: {twice[:3]}")
    rows = await connection.execute(select(records.c.type, records.c.subject, func.count()).group_by("type", "subject"))
    counted: Counter[tuple[str, str]] = Counter()
    for kind, subject, count in rows:
        counted[kind, subject.partition("|")[0] if kind == "telegram" else subject] += count
    for (kind, subject), wanted in sorted(plot.subjects.items()):
        found = counted[kind, subject] - sum(key.startswith("police/report/") for key in plot.keys if subject == "bear")
        verdict.check(found == wanted, f"{kind} {subject}: {found} stored, {wanted} put in")
    verdict.counts["records"] = sum(counted.values())
    verdict.counts["records by key"] = len(plot.keys)


async def _quarantined(connection: AsyncConnection, plot: Plot, verdict: Verdict) -> None:
    rows = (await connection.execute(select(quarantine.c.payload, quarantine.c.code, quarantine.c.topic))).all()
    held, wanted = {bytes(row.payload) for row in rows}, set(plot.bad)
    verdict.check(wanted <= held, f"{len(wanted - held)} that cannot be read are not in quarantine")
    strange = Counter(f"{row.code} {row.topic}" for row in rows if bytes(row.payload) not in wanted)
    verdict.check(not strange, f"in quarantine without being poison: {strange.most_common(5)}")
    verdict.counts["quarantined"] = len(rows)


def _tales(plot: Plot, heard: Sequence[Heard], speed: float, verdict: Verdict) -> None:
    """Every story was told: word for word where it is exact, at least its levels and its end where it is loose."""
    by_stem: dict[str, list[Heard]] = defaultdict(list)
    for one in heard:
        by_stem[stem_of(one.series)].append(one)
    exact: dict[str, list[Tale]] = defaultdict(list)
    for tale in plot.tales:
        if tale.exact and tale.stem.startswith("Actual"):
            exact[tale.stem].append(tale)
        elif tale.stem.startswith("Actual"):
            _loose(tale, by_stem[tale.stem], verdict)
    for stem, tales in exact.items():
        steps = sorted((step for tale in tales for step in tale.steps), key=lambda step: step.at)
        said = by_stem[stem]
        got = [(None if one.ends else one.level, one.ends) for one in said]
        wanted = [(None if step.ends else step.level, step.ends) for step in steps]
        fits = len(got) == len(wanted) and all(
            g[1] == w[1] and (w[0] is None or g[0] == w[0]) for g, w in zip(got, wanted, strict=True)
        )
        if not fits:
            verdict.faults.append(
                f"{stem}: told {_brief(said)}, wanted {[(f'{s.at:%d %H:%M}', s.level, s.ends) for s in steps]}"
            )
            continue
        for one, step in zip(said, steps, strict=True):
            verdict.check(one.came >= step.at, f"{stem}: told at {one.came}, before it was known at {step.at}")
            verdict.lags.append((one.came - step.at).total_seconds() / speed)
    for begin, count in plot.counted.items():
        series = Counter(one.series for one in heard if one.series.startswith(begin))
        verdict.check(len(series) == count, f"{begin}…: {len(series)} series, {count} wanted")
        words = 1 + (begin in plot.ended)
        verdict.check(set(series.values()) <= {words}, f"{begin}…: not told {words} times each: {series.most_common()}")


def _loose(tale: Tale, said: Sequence[Heard], verdict: Verdict) -> None:
    assert tale.begin and tale.end
    mine = [one for one in said if tale.begin <= one.sent <= tale.end]
    levels = {one.level for one in mine if not one.ends}
    verdict.check(set(tale.levels) <= levels, f"{tale.stem}: of {tale.levels} only {sorted(levels)} were told")
    verdict.check(mine and mine[-1].ends, f"{tale.stem}: its end was not told; {_brief(mine)}")


def _silences(plot: Plot, heard: Sequence[Heard], verdict: Verdict) -> None:
    """What must not be told was not: neither those, nor any that no story is of."""
    known = {tale.stem for tale in plot.tales}
    for one in heard:
        stem = stem_of(one.series)
        why = plot.silent.get(stem) or plot.silent.get(f"kind:{one.kind}")
        verdict.check(not why, f"{one.series} was told though {why}: {one.headline}")
        foreseen = stem in known or any(stem.startswith(begin) for begin in plot.counted)
        verdict.check(foreseen or why, f"nobody put in what {one.series} tells of: {one.headline}")


def _in_order(heard: Sequence[Heard], verdict: Verdict) -> None:
    newest: dict[str, Heard] = {}
    for one in heard:
        before = newest.get(one.series)
        if before is not None:
            rising = one.revision > before.revision and one.sent > before.sent and not before.ends
            verdict.check(rising, f"{one.series}: {one.revision} after {before.revision}")
        newest[one.series] = one


def _posts(books: Books, rows: Sequence[RowMapping], verdict: Verdict) -> None:
    """What is called sent stands there once; what stands there was queued; what is not out says why."""
    posts = {"x": [one.text for one in books.posts], "mastodon": [one.text for one in books.toots]}
    for channel, texts in posts.items():
        twice = [text for text, times in Counter(texts).items() if times > 1]
        verdict.check(not twice, f"{channel}: posted twice: {twice[:2]}")
    partner = {(one["data"]["series"], one["data"]["revision"]) for one in books.received.values()}
    taken = Counter(one.alert.identifier for one in books.documents)
    verdict.check(set(taken.values()) <= {1}, "the linkage system has a CAP identifier twice")
    queued: dict[str, set[str]] = {"x": set(), "mastodon": set()}
    for row in rows:
        out, channel = row["state"] in _OUT, row["channel"]
        verdict.check(row["state"] not in _OPEN, f"still {row['state']}: {row['id']} ({row['reason']})")
        verdict.check(out or row["reason"], f"{row['id']} is {row['state']} and nobody knows why")
        plain = row["state"] in (*_OUT, *_OPEN, "superseded", "refused")
        verdict.check(plain, f"{row['id']} is {row['state']}: {row['reason']}")
        if channel in queued:
            parts = row["payload"].get("parts", ())
            queued[channel].update(parts)
            there = sum(part in posts[channel] for part in parts)
            verdict.check(not out or there == len(parts), f"{row['id']}: {there} of {len(parts)} posts are out")
        if channel == "webhook":
            verdict.check(
                out == ((row["series"], row["revision"]) in partner),
                f"{row['id']}: {row['state']}, the partner knows better",
            )
        if channel == "linkage":
            verdict.check(
                out == bool(taken[row["id"].rpartition(":")[0]]),
                f"{row['id']}: {row['state']}, the linkage system knows better",
            )
    for channel, texts in posts.items():
        verdict.check(set(texts) <= queued[channel], f"{channel}: a post that nobody queued")


def _drills(books: Books, rows: Sequence[RowMapping], verdict: Verdict) -> None:
    """Each word of a drill's story stands on the drills' account, and nothing else does."""
    wanted = Counter(tale.stem for tale in books.plot.tales for _ in tale.steps if tale.stem.startswith("Exercise"))
    out = [row for row in rows if row["channel"] == "mastodon" and row["state"] in _OUT]
    told = Counter(stem_of(row["series"]) for row in out)
    verdict.check(told == wanted, f"of drills was told {dict(told - wanted)} too much and {dict(wanted - told)} not")
    begins = [one for one in books.toots if _begins(one.text, out)]
    verdict.check(len(begins) == len(out), f"{len(begins)} threads on the drills' account, {len(out)} were sent")


def _begins(text: str, rows: Sequence[RowMapping]) -> bool:
    return any(row["payload"]["parts"][0] == text for row in rows)


def _mails(books: Books, rows: Iterable[RowMapping], verdict: Verdict) -> None:
    """Nobody got a mail twice, or anything after leaving; who was there all the time got everything that was mailed."""
    twice = [one for one, times in Counter(books.mailed).items() if times > 1]
    verdict.check(not twice, f"mailed twice: {twice[:3]}")
    out = [row for row in rows if row["channel"] == "mail" and row["state"] in _OUT and row["status"] == "Actual"]
    begins = {row["series"]: row["created_at"] for row in out if row["revision"] == 1}
    for address, since in books.joined.items():  # nobody hears the end of what they never heard of
        until = books.left.get(address)
        mine = {one["Subject"] for one in books.boxes.get(address, {}).values() if one["List-Unsubscribe"]}
        heard_of = [row for row in out if begins.get(row["series"], since) > since]
        told = [row for row in heard_of if row["created_at"] > since and (until is None or row["finished_at"] < until)]
        missed = [row["id"] for row in told if not mine & {_subject(part) for part in row["payload"]["parts"]}]
        verdict.check(not missed, f"{address} was not told of {missed[:3]}")
        if until is not None:
            late = [row["id"] for row in out if row["created_at"] > until + timedelta(minutes=10)]
            after = [
                row for row in out if row["id"] in late and mine & {_subject(part) for part in row["payload"]["parts"]}
            ]
            verdict.check(not after, f"{address} had left, and was told of {[row['id'] for row in after][:2]}")


def _notifications(books: Books, rows: Iterable[RowMapping], verdict: Verdict) -> None:
    """Every browser was shown what is called sent, once, and nothing that nobody queued."""
    pushes = [row for row in rows if row["channel"] == "push"]
    shown = Counter((name, json.dumps(told, sort_keys=True)) for name, told in books.notified)
    twice = [name for (name, _), times in shown.items() if times > 1]
    verdict.check(not twice, f"notified twice: {twice[:3]}")
    queued = {_sorted(part) for row in pushes for part in row["payload"].get("parts", ())}
    verdict.check({told for _, told in shown} <= queued, "a notification that nobody queued")
    out = [(row["id"], _sorted(row["payload"]["parts"][0])) for row in pushes if row["state"] in _OUT]
    missed = [(name, one) for name in books.browsers for one, told in out if (name, told) not in shown]
    verdict.check(not missed, f"not notified: {missed[:3]}")
    verdict.counts["notifications"] = len(books.notified)


def _sorted(part: str) -> str:
    return json.dumps(json.loads(part), sort_keys=True)


def _subject(part: str) -> str:
    return part.partition("\n")[0]


def _no_drill_leaked(books: Books, verdict: Verdict) -> None:
    mails = [one for box in books.boxes.values() for one in box.values()]
    real = [one.text for one in books.posts] + [str(one["Subject"]) for one in mails]
    real += [told["title"] for _, told in books.notified]
    verdict.check(not any(_MARK in text for text in real), "a drill on a real account, or real words that speak of one")
    statuses = {one["data"]["status"] for one in books.received.values()}
    statuses |= {one.alert.status for one in books.documents}
    verdict.check(statuses <= {"Actual"}, f"outlets of the real thing have {statuses}")
    posts = books.toots
    verdict.check(
        posts and all(_MARK in one.text for one in posts), "the drills' account has a post without its mark, or none"
    )


def _never_stale(heard: Sequence[Heard], books: Books, rows: Iterable[RowMapping], verdict: Verdict) -> None:
    stale = [one.series for one in heard if one.came > one.expires]
    verdict.check(not stale, f"told after it had run out: {stale[:3]}")
    expires = {
        part: row["expires"] for row in rows if row["channel"] == "x" for part in row["payload"].get("parts", ())
    }
    late = [one.text[:60] for one in books.posts if books.shown(one.created_at) > expires.get(one.text, one.created_at)]
    verdict.check(not late, f"posted after it had run out: {late[:3]}")


async def _by_people(connection: AsyncConnection, verdict: Verdict) -> None:
    """Evacuation information left the house by two persons' word, or not at all."""
    orders = (await connection.execute(select(alerts).where(alerts.c.rule.like("evacuation%")))).mappings().all()
    agreed = Counter((row.series, row.revision) for row in await connection.execute(select(approvals)))
    for one in orders:
        if one["state"] in ("issued", "superseded") and not one["ends"]:
            there = agreed[one["series"], one["revision"]]
            verdict.check(there >= 2, f"{one['identifier']} is {one['state']} with the word of {there}")
    verdict.counts["evacuation revisions"] = len(orders)


def _brief(said: Sequence[Heard]) -> list[tuple[str, int, bool]]:
    return [(f"{one.sent:%d %H:%M}", one.level, one.ends) for one in said]
