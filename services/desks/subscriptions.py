"""The desk for subscriptions: residents ask, confirm, change and leave by themselves; staff see numbers only.

Who asks learns nothing: the answer is the same whether the address is known or not; what happens goes to the address.
Nothing of it stands in the chronology or in a log.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from services.clock import wall
from services.residents.address import PushAddress, same_mailbox
from services.residents.seal import Purpose, Seal, new_uid
from services.residents.wish import Wish
from services.store import subscribers
from services.store.engine import Store
from services.store.subscribers import Membership, Subscriber
from services.store.subscribers import Purpose as LetterPurpose

log = structlog.get_logger()
CONFIRM_WITHIN = timedelta(hours=48)
SUSPENDED_KEPT = timedelta(days=90)
_DAY, _BETWEEN, _A_DAY = timedelta(days=1), timedelta(minutes=10), 5  # letters to one address
_MOST_UNCONFIRMED = 20_000  # a flood of made-up addresses shall not fill the disk


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What residents may subscribe to here, and how often anybody may ask in ten minutes."""

    desk: Subscriptions
    mail_from: str = ""  # empty: no mail
    push_key: str = ""  # the public key that browsers want; empty: no push
    push_services: tuple[str, ...] = ()
    per_client: int = 8
    in_all: int = 600
    per_client_a_day: int = 50  # browsers
    in_all_a_day: int = 20_000


class FullError(Exception):
    """There are as many subscribers as this hub takes; said to everybody alike, whoever is known."""


class Subscriptions:
    """Opened with the store and the seal; the pages and the channels both stand on it."""

    def __init__(
        self,
        store: Store,
        seal: Seal,
        districts: Collection[str],
        clock: Callable[[], datetime] = wall,
        most: int = 100_000,
    ) -> None:
        """``most``: subscribers of each channel."""
        self._store, self.seal, self._clock, self._most = store, seal, clock, most
        self.districts = frozenset(districts)

    async def ask(self, address: str, wish: Wish) -> None:
        """Somebody gave a mail address. A letter goes there, unless it had too many.

        Raises WishError, and FullError where nobody else is taken, also for who is there already: their mails have a
        link to change.
        """
        wish.check(self.districts)
        now, lookup = self._clock(), self.seal.lookup(same_mailbox(address))
        async with self._store.write() as connection:
            await self._require_room(connection, "mail")
            one = await subscribers.find(connection, "mail", lookup)
            if one is None:
                if await subscribers.unconfirmed(connection) >= _MOST_UNCONFIRMED:
                    return
                uid = new_uid()
                sealed = self.seal.close(uid, address)
                one = Subscriber(
                    uid=uid, channel="mail", lookup=lookup, sealed=sealed, state=Membership.ASKED, wish=wish,
                    changed_at=now,
                )  # fmt: skip
                one = replace(one, id=await subscribers.add(connection, one))
            lately = tuple(at for at in one.letters if at > now - _DAY)
            if len(lately) >= _A_DAY or (lately and max(lately) > now - _BETWEEN):
                return
            known = one.state is Membership.CONFIRMED and one.wish == wish
            changed = now if one.state is Membership.ASKED else one.changed_at
            one = replace(one, asked=None if known else wish, letters=(*lately, now), changed_at=changed)
            await subscribers.save(connection, one)
            purpose = LetterPurpose.KNOWN if known else LetterPurpose.CONFIRM
            await subscribers.write_letter(connection, one.id, purpose, now, now + CONFIRM_WITHIN)

    def confirmation(self, one: Subscriber) -> str:
        """The token for the link in a letter: for these wishes and no others, for two days."""
        return self.seal.token(Purpose.CONFIRM, one.uid, self._clock() + CONFIRM_WITHIN, _about(one.asked))

    async def asked_for(self, token: str) -> Wish | None:
        """What following the link would begin; None for a link that is old, used or none of ours."""
        async with self._store.read() as connection:
            one = await subscribers.named(connection, self.seal.holder(token))
        return one.asked if one and self._confirms(token, one) else None

    async def confirm(self, token: str) -> Subscriber | None:
        """It begins, or changes. A link works once."""
        if await self.asked_for(token) is None:  # what strangers make up costs the hub's only writer nothing
            return None
        async with self._store.write() as connection:
            one = await subscribers.named(connection, self.seal.holder(token))
            if one is None or one.asked is None or not self._confirms(token, one):
                return None
            one = replace(
                one, state=Membership.CONFIRMED, wish=one.asked, asked=None, reason="", changed_at=self._clock()
            )
            await subscribers.save(connection, one)
        return one

    async def holder(self, token: str, purpose: Purpose) -> Subscriber | None:
        """Whom a link from a mail names."""
        if not self.seal.proves(token, purpose, self._clock()):
            return None
        async with self._store.read() as connection:
            return await subscribers.named(connection, self.seal.holder(token))

    async def change(self, token: str, wish: Wish) -> bool:
        """New wishes of somebody who followed the link from a mail. Raises WishError."""
        wish.check(self.districts)
        if not self.seal.proves(token, Purpose.MINE, self._clock()):
            return False
        async with self._store.write() as connection:
            one = await subscribers.named(connection, self.seal.holder(token))
            if one is None:
                return False
            await subscribers.save(connection, replace(one, wish=wish, asked=None, changed_at=self._clock()))
        return True

    async def leave(self, token: str) -> bool:
        """Delete whoever the link names, for good. True where they are gone already; False for no link of ours."""
        if not self.seal.proves(token, Purpose.LEAVE, self._clock()):
            return False
        async with self._store.write() as connection:
            one = await subscribers.named(connection, self.seal.holder(token))
            if one is not None:
                await subscribers.remove(connection, [one.id])
        return True

    async def register(self, address: PushAddress, wish: Wish) -> None:
        """A browser that its owner has allowed to be told; what it wished before is replaced.

        Raises WishError, and FullError where no other browser is taken.
        """
        wish = replace(wish, digest=False)
        wish.check(self.districts)
        now, lookup = self._clock(), self.seal.lookup(address.endpoint)
        async with self._store.write() as connection:
            old = await subscribers.find(connection, "push", lookup)
            if old is None:
                await self._require_room(connection, "push")
            uid = old.uid if old else new_uid()
            one = Subscriber(
                uid=uid, channel="push", lookup=lookup, sealed=self.seal.close(uid, address.text),
                state=Membership.CONFIRMED, wish=wish, changed_at=now, id=old.id if old else 0,
            )  # fmt: skip
            await (subscribers.save(connection, one) if old else subscribers.add(connection, one))

    async def unregister(self, endpoint: str) -> None:
        """A browser wants no more; only it knows its endpoint."""
        if await self.registered(endpoint) is None:
            return
        async with self._store.write() as connection:
            one = await subscribers.find(connection, "push", self.seal.lookup(endpoint))
            if one is not None:
                await subscribers.remove(connection, [one.id])

    async def registered(self, endpoint: str) -> Wish | None:
        """What a browser wished."""
        async with self._store.read() as connection:
            one = await subscribers.find(connection, "push", self.seal.lookup(endpoint))
        return one.wish if one else None

    async def _require_room(self, connection: AsyncConnection, channel: str) -> None:
        if await subscribers.number(connection, channel) >= self._most:
            log.warning("no more subscribers are taken; raise [subscriptions] most", channel=channel, most=self._most)
            raise FullError(channel)

    def _confirms(self, token: str, one: Subscriber) -> bool:
        return one.asked is not None and self.seal.proves(token, Purpose.CONFIRM, self._clock(), _about(one.asked))


async def forget(store: Store, now: datetime) -> bool:
    """Delete those who never confirmed, and those out of reach for long. True where there may be more."""
    async with store.write() as connection:
        old = await subscribers.outdated(connection, now - CONFIRM_WITHIN, now - SUSPENDED_KEPT)
        if old:
            await subscribers.remove(connection, old)
    return bool(old)


def _about(asked: Wish | None) -> str:
    """A link agrees to these wishes, not to what somebody else asked for later."""
    return hashlib.sha256(json.dumps(asdict(asked) if asked else None, sort_keys=True).encode()).hexdigest()
