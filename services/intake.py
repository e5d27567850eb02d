"""What one message is: records to store, refusals to keep, a vital sign, or our own echo. Decides, stores nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

import structlog

from feeds import watch
from feeds.checks import checked
from feeds.feed import Feed
from feeds.records import Decoded, Message, Record, Rejected
from feeds.registry import for_message
from feeds.status import Status
from feeds.topics import PUBLIC, HubTopic, hub_topic
from feeds.watch import URGENT, Signal, is_watch
from feeds.zigbee2mqtt import BRIDGE_STATE
from rules.watch.admit import Reason
from services.allowance import Allowance
from services.broker.link import Incoming
from services.broker.rights import HUB_USER
from services.grants import Grant, Grants, owner

log = structlog.get_logger(__name__)
_TOPIC_AT_MOST = 512  # characters kept of a topic
TRIES = 8  # of a message that is handed out again and again, until it is put away unread
_OURS = (f"hub/v1/{PUBLIC}/", f"hub/v1/{HUB_USER}/")
_UNKNOWN = Grant()


class Kind(StrEnum):
    """What becomes of a message."""

    RECORDS = "records"
    VITAL = "vital"
    ECHO = "echo"  # what the hub itself published
    OVER = "over_allowance"  # kept for later, undecoded
    WATCH = "watch"  # of a person: goes to a store of its own, and its bytes nowhere


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """A message and what is in it."""

    incoming: Incoming
    message: Message
    kind: Kind
    records: tuple[Record, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    carries: int = 0  # messages that are packed in its payload; 0: it is no pack
    signal: Signal | None = None  # of a device that watches over somebody
    fell: Reason | None = None  # why it was let fall

    def unfit(self, error: Exception) -> Sorted:
        """The same message as a refusal: the store cannot hold what was decoded from it."""
        what = f"decoded, but cannot be stored: {_in_short(error)}"
        return replace(self, records=(), signal=None, rejected=(Rejected(code="not_storable", message=what, at="/"),))


class Intake:
    """Sorts messages by topic, grants and feeds. ``grants`` says what each may do and whether it is a drill.

    A gateway without a grant is one that the city's broker knows and we do not: its readings count, no more.
    """

    def __init__(self, grants: Grants, feed_for: Callable[[Message], Feed | None] = for_message) -> None:
        self.grants, self.feed_for = grants, feed_for
        self.allowance: Allowance | None = None  # None: whatever comes is decoded

    def sort(self, incoming: Incoming) -> Sorted:
        """Never raises: a feed that does is a fault of ours, and the message is kept for its repair."""
        place = hub_topic(incoming.topic)
        message = Message(
            topic=incoming.topic[:_TOPIC_AT_MOST],
            payload=incoming.payload,
            received_at=incoming.received_at,
            retained=incoming.retained,
            gateway=owner(incoming.topic, self.grants),
        )
        kind = _kind(incoming.topic, place)
        if kind is Kind.ECHO:
            return Sorted(incoming=incoming, message=message, kind=kind)
        if incoming.tries > TRIES:
            return _given_up(incoming, message, kind)
        if kind is Kind.WATCH:
            return self._watched(incoming, message)
        if kind is Kind.RECORDS and self._over(message):
            return Sorted(incoming=incoming, message=message, kind=Kind.OVER)
        if self.revoked(message.gateway):
            what = f"{message.gateway} was revoked: if its broker still lets it in, reload the broker's files"
            refusal = Rejected(code="revoked", message=what, at="topic")
            return Sorted(incoming=incoming, message=message, kind=kind, rejected=(refusal,))
        if kind is Kind.VITAL:
            return Sorted(incoming=incoming, message=message, kind=kind)
        decoded = self._decode(message, place)
        drill, records = self._grant(message.gateway).status, decoded.records
        if drill is not Status.ACTUAL:
            records = tuple(replace(record, status=record.status.stricter(drill)) for record in records)
        return Sorted(incoming=incoming, message=message, kind=kind, records=records, rejected=decoded.rejected)

    def _watched(self, incoming: Incoming, whole: Message) -> Sorted:
        """A signal of a device on a person. From here on nothing holds its bytes, and no refusal its device."""
        gateway = whole.gateway
        over, grant = self._over(whole), self._grant(gateway)
        told = Sorted(incoming=incoming, message=_bare(whole), kind=Kind.WATCH)
        if self.revoked(gateway) or not grant.watch:
            code = "revoked" if self.revoked(gateway) else "no_grant"
            return replace(told, fell=Reason.NO_GRANT, rejected=(watch.refusal(code, "topic"),))
        found = watch.decode(whole)
        if isinstance(found, Rejected):
            return replace(told, rejected=(found,))
        if whole.retained:
            return replace(told, fell=Reason.RETAINED)
        if over and found.kind not in URGENT:
            return replace(told, fell=Reason.OVER_ALLOWANCE)
        return replace(told, signal=replace(found, status=found.status.stricter(grant.status)))

    def revoked(self, gateway: str) -> bool:
        """True where nothing that comes under this name counts."""
        return self._grant(gateway).revoked

    def _over(self, message: Message) -> bool:
        """Before anything that costs: a revoked gateway may flood too."""
        if self.allowance is None:
            return False
        return self.allowance.over(message.gateway, message.received_at, self._grant(message.gateway).allowance)

    def _decode(self, message: Message, place: HubTopic | Rejected) -> Decoded:
        grant = self._grant(message.gateway)
        if isinstance(place, HubTopic) and place.kind == "telegram" and not grant.telegram:
            what = f"{place.gateway} may not relay official messages: it wants telegram = true, or `add --telegram`"
            return Decoded(rejected=(Rejected(code="no_grant", message=what, at="topic"),))
        if isinstance(place, HubTopic) and place.kind == "forecast" and not grant.forecast:
            what = f"{place.gateway} may not foretell snow, for orders may rest on it: it wants forecast = true"
            return Decoded(rejected=(Rejected(code="no_grant", message=what, at="topic"),))
        feed = self.feed_for(message)
        if feed is None:
            what = "no feed takes this topic: see docs/broker.md for the topics there are"
            return Decoded(rejected=(Rejected(code="no_feed", message=what, at="topic"),))
        try:
            return checked(feed.decode(message), message)
        except Exception as error:
            log.exception("feed_raised", feed=feed.name, topic=message.topic)
            what = f"the decoder {feed.name} failed: {_in_short(error)}"
            return Decoded(rejected=(Rejected(code="decoder_failed", message=what, at="/"),))

    def _grant(self, gateway: str) -> Grant:
        return self.grants.get(gateway, _UNKNOWN)


def _kind(topic: str, place: HubTopic | Rejected) -> Kind:
    if topic.startswith(_OURS) or (isinstance(place, HubTopic) and place.kind == "rejects"):
        return Kind.ECHO
    if topic == BRIDGE_STATE or (isinstance(place, HubTopic) and place.kind in {"status", "heartbeat"}):
        return Kind.VITAL
    return Kind.WATCH if is_watch(topic) else Kind.RECORDS


def _bare(whole: Message) -> Message:
    """A signal of a device on a person without its bytes, and without the device."""
    return replace(whole, topic=f"hub/v1/{whole.gateway}/{watch.WORD}", payload=b"")


def _given_up(incoming: Incoming, message: Message, kind: Kind) -> Sorted:
    """What nobody could finish is kept with its bytes, unread: perhaps it is what ended those who tried."""
    what = f"taken in {incoming.tries - 1} times, and nobody finished it: see the hub's log, then retry it"
    refusal = Rejected(code="given_up", message=what, at="/")
    kept = _bare(message) if kind is Kind.WATCH else message
    return Sorted(incoming=incoming, message=kept, kind=kind, rejected=(refusal,))


def _in_short(error: Exception) -> str:
    """The error without the statement and its values, which a database error carries along."""
    original = getattr(error, "orig", None) or error
    return f"{type(original).__name__}: {original}"[:300]
