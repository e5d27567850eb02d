"""From what the store and the line know to what rings now. Pure: the same picture rings the same."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from feeds.japan import dated
from feeds.status import Status
from rules.culling.case import Case as Culling
from rules.culling.case import Told as CullingTold
from rules.orders.life import Order
from rules.reports.case import Case
from services.callout.culling import culling_occasions
from services.callout.occasion import Event, Occasion
from services.callout.reports import report_occasions
from services.callout.roster import Callout, required
from services.callout.snow import order_occasions
from services.callout.traps import trap_occasions
from services.channels.registry import outlets
from services.configuration.plow import Plow
from services.store.confirmation import Said, Sent, confirmation
from services.store.delivery_state import DeliveryState
from services.store.musters import Muster, MusterState
from services.store.ringing import Backlog, Broken, Meant, Told, Unconfirmed, Waiting

_BY_THEMSELVES = 5
_FEW = 10
_GATEWAYS = ("gateway:", "clock:", "allowance:")  # a battery can wait for the morning


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What is looked at, of one moment."""

    drafts: Sequence[Waiting] = ()
    unconfirmed: Sequence[Unconfirmed] = ()
    meant: Sequence[Meant] = ()  # what was issued, with the channels that its rule names
    equipment: Sequence[Broken] = ()
    backlog: Sequence[Backlog] = ()
    faults: Sequence[tuple[str, str, datetime]] = ()  # key, sentence, since when; only those that have lasted
    set_up: Collection[str] = field(default_factory=tuple)  # channels of this hub
    orders: Sequence[Order] = ()  # of the snow desk that are not over
    plow: Plow = field(default_factory=Plow)
    reports: Sequence[Case] = ()  # that wait for a person
    cullings: Sequence[tuple[Culling, CullingTold]] = ()  # that nobody has closed
    musters: Sequence[Muster] = ()  # that are proposed and wait for a person
    own: Status = Status.ACTUAL  # of the hub's own faults: an exercise has those of an exercise


def occasions(picture: Picture, callout: Callout, now: datetime) -> dict[str, Occasion]:
    """Everything that rings at ``now``, by key."""
    found = [
        *_drafts(picture, callout, now),
        *_mandatory(picture, callout, now),
        *_not_meant(picture, callout),
        *_gateways(picture.equipment),
        *trap_occasions(picture.equipment),
        *order_occasions(picture.orders, picture.plow, now),
        *report_occasions(picture.reports, now),
        *culling_occasions(picture.cullings, now),
        *(_proposed(one) for one in picture.musters if one.state is MusterState.PROPOSED),
        *(_fault(*one, picture.own) for one in picture.faults),
    ]
    rung = {one.status for one in found if one.event is Event.MANDATORY}  # by the same deliveries
    found += [one for one in _backlog(picture.backlog, callout, now) if one.status not in rung]
    return {one.key: one for one in _folded(found)}


def _folded(found: Iterable[Occasion]) -> Iterator[Occasion]:
    """The oldest few of each event and status ring by themselves, the rest as one: a line that is down must not call
    thirty times. The oldest, lest one that rings should be folded away under a newer; a graver rest rings anew.
    """
    groups: dict[tuple[Event, Status], list[Occasion]] = {}
    for one in sorted(found, key=lambda one: (one.since, one.key)):
        groups.setdefault((one.event, one.status), []).append(one)
    for (event, status), some in groups.items():
        yield from some[:_BY_THEMSELVES]
        if rest := some[_BY_THEMSELVES:]:
            level = max(one.level for one in rest)
            gravest = max(rest, key=lambda one: one.level)
            yield replace(
                gravest,
                key=f"{event}:{status}:more:{level}",
                subject=f"同じ種類がほかに{len(rest)}件：{gravest.subject}",
                subject_en=f"{len(rest)} more of this kind: {gravest.subject_en}",
                detail="\n".join(one.subject for one in rest[:20]),
            )


def _drafts(picture: Picture, callout: Callout, now: datetime) -> Iterator[Occasion]:
    for one in picture.drafts:
        told = one.told
        if one.stays:
            yield _stayed(one)
            continue
        if now < one.since + callout.patience_for_draft(told.level):
            continue
        yield Occasion(
            key=f"draft:{told.series}:{told.level}",
            event=Event.DRAFT,
            status=told.status,
            level=told.level,
            subject=f"承認待ち：{_level(told)}{told.event}の案が、{dated(one.since)}から承認を待っています（未発表）",
            subject_en=f"Not issued: a draft ({told.event_en}{_level_en(told)}) waits for approval",
            path="/ops#drafts",
            since=one.since,
        )


def _proposed(one: Muster) -> Occasion:
    """Who rings the staff decides: nobody has been asked yet."""
    return Occasion(
        key=f"muster:{one.id}:{one.version}",
        event=Event.MUSTER,
        status=one.status,
        level=0,
        subject=f"職員の安否確認・参集が提案されています（まだだれにも聞いていません）：{one.title}",
        subject_en="A muster of staff is proposed. Nobody has been asked yet",
        path="/ops/muster",
        since=one.created_at,
    )


def _stayed(one: Waiting) -> Occasion:
    """What should have left by itself and did not is rung for at once."""
    told = one.told
    return Occasion(
        key=f"draft:{told.series}:stays:{told.revision}",
        event=Event.DRAFT,
        status=told.status,
        level=told.level,
        subject=f"未発表：{_level(told)}{told.event}は、時刻が来ても送られませんでした（{one.stays}）",
        subject_en=f"Not issued: what waited for its time ({told.event_en}{_level_en(told)}) did not leave",
        path="/ops#drafts",
        since=one.since,
    )


def _mandatory(picture: Picture, callout: Callout, now: datetime) -> Iterator[Occasion]:
    """One for each revision, that names every channel that is open."""
    patience = timedelta(seconds=callout.mandatory_seconds)
    by_revision: dict[tuple[str, int], list[Unconfirmed]] = {}
    for one in picture.unconfirmed:
        names = required(callout.mandatory, alert_level=one.told.alert_level, level=one.told.level, rule=one.told.rule)
        if one.channel in outlets(names, picture.set_up) and _is_open(one, now - patience):
            by_revision.setdefault((one.told.series, one.told.revision), []).append(one)
    for (series, revision), some in by_revision.items():
        told = some[0].told
        yield Occasion(
            key=f"mandatory:{series}:{revision}",
            event=Event.MANDATORY,
            status=told.status,
            level=told.level,
            subject=f"未達：{_level(told)}{told.event}（第{revision}報）を、必須の経路が受け付けていません",
            subject_en=f"A mandatory channel has not confirmed: {told.event_en}{_level_en(told)}, revision {revision}",
            detail="\n".join(_open_line(one) for one in some),
            path="/ops/outbox",
            since=min(one.row["created_at"] for one in some),
        )


def _not_meant(picture: Picture, callout: Callout) -> Iterator[Occasion]:
    """What must reach a channel that its rule, or its writer, did not name: nobody else would ever notice."""
    for one in picture.meant:
        told = one.told
        names = required(callout.mandatory, alert_level=told.alert_level, level=told.level, rule=told.rule)
        missing = [name for name in outlets(names, picture.set_up) if name not in one.channels]
        if not missing:
            continue
        yield Occasion(
            key=f"mandatory:{told.series}:{told.revision}:unnamed",
            event=Event.MANDATORY,
            status=told.status,
            level=told.level,
            subject=f"未達：{_level(told)}{told.event}（第{told.revision}報）は、必須の経路に向けられていません",
            subject_en=f"Not meant for a mandatory channel: {told.event_en}{_level_en(told)}, revision {told.revision}",
            detail=f"{'、'.join(missing)}：{told.rule} がこの経路を挙げていません。更新か別の手段で伝えてください",
            path="/ops/alerts",
            since=one.sent,
        )


def _is_open(one: Unconfirmed, patient_since: datetime) -> bool:
    """A drill that a channel refuses is as it should be. What cannot come right by waiting rings at once."""
    state = DeliveryState(one.row["state"])
    if state is DeliveryState.REFUSED and one.told.status is not Status.ACTUAL:
        return False
    moving = state in (DeliveryState.WAITING, DeliveryState.SENDING)
    return not moving or one.row["created_at"] <= patient_since


def _open_line(one: Unconfirmed) -> str:
    known, state = confirmation(one.row), DeliveryState(one.row["state"])
    sent = "送った" if known.sent is Sent.SENT else "一部だけ送った" if known.sent is Sent.PARTLY else "送っていない"
    said = "返事なし" if known.said is Said.NO_ANSWER else "拒否" if known.said is Said.REJECTED else "なし"
    return f"{one.channel}：{state.ja} / {state.en}（こちら：{sent}、相手の確認：{said}、{known.attempts}回試行）"


def _gateways(broken: Iterable[Broken]) -> Iterator[Occasion]:
    """One for all of a status: when a router dies, thirty gateways do not call thirty times."""
    by_status: dict[Status, list[Broken]] = {}
    for one in broken:
        if one.source.startswith(_GATEWAYS):
            by_status.setdefault(one.status, []).append(one)
    for status, some in by_status.items():
        more = f"（ほか{len(some) - 1}件）" if len(some) > 1 else ""
        yield Occasion(
            key=f"gateway:{status}",
            event=Event.GATEWAY,
            status=status,
            level=0,
            subject=f"観測機器：{some[0].headline}{more}",
            subject_en=f"Gateways need somebody: {len(some)}",
            detail="\n".join(one.headline for one in some[:20]),
            path="/ops#dock",
            since=min(one.since for one in some),
        )


def _backlog(backlogs: Iterable[Backlog], callout: Callout, now: datetime) -> Iterator[Occasion]:
    for one in backlogs:
        if now - one.since >= timedelta(minutes=callout.backlog_minutes):
            yield Occasion(
                key=f"backlog:{one.status}",
                event=Event.BACKLOG,
                status=one.status,
                level=0,
                subject=f"配信の滞り：{dated(one.since)}から送れていない配信があります（{_some(one.many)}）",
                subject_en=f"Deliveries do not catch up: {_some_en(one.many)} waiting",
                path="/ops/outbox",
                since=one.since,
            )


def _some(many: int) -> str:
    """A number in words that hold for a while: a queue that drains is the same occasion every second."""
    return f"{_order(many)}件以上" if many >= _FEW else f"{_FEW}件未満"


def _some_en(many: int) -> str:
    return f"{_order(many)} or more" if many >= _FEW else f"fewer than {_FEW}"


def _order(many: int) -> int:
    return int(10 ** (len(str(many)) - 1))


def _fault(key: str, sentence: str, since: datetime, status: Status) -> Occasion:
    return Occasion(
        key=f"fault:{key}",
        event=Event.FAULT,
        status=status,
        level=0,
        subject=f"ハブの不具合：{sentence}",
        subject_en="A part of the hub does not work",
        since=since,
    )


def _level(told: Told) -> str:
    return f"警戒レベル{told.level} " if told.alert_level and told.level else ""


def _level_en(told: Told) -> str:
    return f", level {told.level}" if told.alert_level and told.level else ""
