"""The line from the sensor to the post: who runs, what is behind, what waits, what is silent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from feeds.status import Status
from geo.hazard import Hazard
from services.doctor.finding import Finding, Grade
from services.line import Report, whole
from services.settings import Settings
from services.store.selftests import Kept
from services.store.standing import Standing, feed_of

_BEHIND, _LATER = 60.0, 1800.0  # seconds: the models, and what may be late
_STUCK, _DRAFT = 300.0, 600.0
_MANY = 50  # refusals of a day
_RUN_OUT = timedelta(seconds=30)
_SILENT = timedelta(minutes=90)  # a feed that is asked every minute tells something new within the hour


def down() -> Finding:
    """No process is at work."""
    return Finding("hub_down", Grade.BROKEN, "ハブが動いていません", "The hub does not run", "shirase serve")


def processes(settings: Settings, reports: Sequence[Report]) -> Iterator[Finding]:
    """What the processes on a shared store say of themselves, and what none of them runs."""
    services = ("ingest", "predict", "evaluate", "deliver", "web", *(("poll",) if settings.asks else ()))
    running = {service for one in reports for service in one.services}
    for absent in (one for one in services if one not in running):
        yield Finding(
            "service_nowhere",
            Grade.BROKEN,
            f"{absent} がどこでも動いていません",
            f"No process runs {absent}",
            f"shirase serve {absent}",
            about=absent,
        )
    yield from told(whole(Report(services=(), health={"reasons": []}), reports, ()).get("reasons", []))


def told(reasons: Iterable[str]) -> Iterator[Finding]:
    """What the running hub itself complains of, as `/readyz` has it."""
    for reason in reasons:
        yield Finding(
            "hub_complains",
            Grade.WARNING,
            f"ハブの訴え：{reason}",
            "The hub itself says so at /readyz",
            "docs/observability.md#what-the-rules-ask-of-you",
            about=reason[:80],
        )


def waits(seen: Standing) -> Iterator[Finding]:
    """Deliveries and drafts that wait too long, whether the hub runs or not."""
    for channel, queue in seen.queues.items():
        if queue.seconds > _STUCK:
            yield Finding(
                "outbox_stuck",
                Grade.BROKEN,
                f"{queue.waiting}件の配信が出ていません。最も古いものは {queue.seconds / 60:.0f} 分待っています",
                f"{queue.waiting} deliveries are not out; the oldest has waited for {queue.seconds / 60:.0f} min",
                f"shirase selftest --channel {channel}",
                about=channel,
            )
        if queue.unknown:
            yield Finding(
                "outbox_unknown",
                Grade.WARNING,
                f"{queue.unknown}件は届いたかどうか分かりません",
                f"Of {queue.unknown} deliveries nobody knows whether they arrived",
                "docs/observability.md#shirasedeliveryunknown",
                about=channel,
            )
    drafts = seen.drafts.get(Status.ACTUAL)
    if drafts and drafts.seconds > _DRAFT:
        minutes = f"{drafts.seconds / 60:.0f}"
        yield Finding(
            "draft_waits",
            Grade.WARNING,
            f"本番の案が {minutes} 分、承認を待っています",
            f"A real draft has waited for approval for {minutes} min",
            "docs/observability.md#shirasedraftwaits",
        )
    if seen.refused_today > _MANY:
        yield Finding(
            "quarantine_grows",
            Grade.WARNING,
            f"読めないメッセージが一日に {seen.refused_today} 件たまりました",
            f"{seen.refused_today} messages of the last day could not be read",
            "shirase quarantine list",
        )


def runs(seen: Standing, wall: datetime) -> Iterator[Finding]:
    """Of a hub that runs: what is behind, and verbs that nobody has."""
    for one in seen.behind:
        if one.seconds > (_BEHIND if one.cursor.startswith("predict") else _LATER):
            yield Finding(
                "cursor_behind",
                Grade.BROKEN if one.cursor.startswith("predict") else Grade.WARNING,
                f"{one.rows}件を読み残し、{one.seconds:.0f} 秒遅れています",
                f"{one.rows} rows are unread, the oldest for {one.seconds:.0f} s",
                "docs/observability.md#shirasestagebehind",
                about=one.cursor,
            )
    for name, (holder, until) in seen.leases.items():
        if name.partition(":")[0] in {"predict", "evaluate", "poll"} and wall - until > _RUN_OUT:
            yield Finding(
                "lease_run_out",
                Grade.BROKEN,
                f"担当していた {holder} が止まり、だれも引き継いでいません",
                f"{holder} had it and is gone; nobody has taken over",
                f"shirase serve {name.partition(':')[0]}",
                about=name,
            )


def feeds(seen: Standing, settings: Settings, now: datetime) -> Iterator[Finding]:
    """Feeds that have told nothing new for long, or never. ``now`` is hub time."""
    if settings.poll is None:
        return
    for name in settings.poll.feeds:
        at = seen.feeds.get(feed_of(f"{settings.poll.base}{name}.xml"))
        if name in {"regular", "extra"} and (at is None or now - at > _SILENT):
            since = f"{at:%Y-%m-%d %H:%MZ}" if at else "–"
            yield Finding(
                "feed_silent",
                Grade.WARNING,
                f"気象庁の電文から新しいものが来ていません（最後：{since}）",
                f"The feed has told nothing new (last: {since})",
                "docs/observability.md#shirasefeedsilent",
                about=name,
            )


def equipment(held: Iterable[Hazard]) -> Iterator[Finding]:
    """Sensors and gateways that the models see as silent or wrong."""
    for one in held:
        if one.equipment and one.status is Status.ACTUAL:
            yield Finding(
                "equipment",
                Grade.WARNING,
                one.headline,
                "A sensor or gateway of ours is silent or wrong",
                "docs/gateways.md",
                about=one.source or one.area,
            )


def tried(kept: Iterable[Kept], channels: Iterable[str]) -> Iterator[Finding]:
    """Channels whose last self-test failed."""
    known = set(channels)
    for one in kept:
        if one.result.channel in known and not one.result.ok:
            yield Finding(
                "channel_test",
                Grade.BROKEN,
                f"{one.at:%Y-%m-%d} の試験が失敗しました：{one.result.proof.fault}",
                "Its last self-test failed",
                f"shirase selftest --channel {one.result.channel} --keep",
                about=one.result.channel,
            )
