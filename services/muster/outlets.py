"""Out of the house: plain mail by the mail server of [muster.mail], numbers by the bridge, the rest by apprise.

Threads and connections are this part's own: two thousand messages hold nobody else's telephone, mail or post.
"""

from __future__ import annotations

import hashlib
from typing import Protocol

from pydantic import SecretStr

from services.callout.message import Message
from services.callout.outlet import Outlet
from services.callout.outlet import Result as Called
from services.channels.channel import Outcome, Verdict
from services.channels.mail.channel import Mail
from services.channels.mail.message import Written
from services.channels.people.book import Fate, Person
from services.configuration.muster import Mustering
from services.muster.directory import Way, way_of
from services.outgoing.session import strange
from services.store.muster_sends import Send, SendState

_TOLD = {Fate.TOLD: SendState.SENT, Fate.UNKNOWN: SendState.UNKNOWN}
_NO_MAIL = "mail：[muster.mail] がない / no mail server is set"
_NO_BRIDGE = "sms：[muster] sms がない / no bridge is set"


class Ways(Protocol):
    """Anything that brings a message to an address of the directory."""

    async def send(self, one: Send, address: str, message: Message) -> tuple[SendState, str]: ...

    async def close(self) -> None: ...


class Outlets:
    """The ways of the hub. What it tells of an address is the kind alone."""

    def __init__(self, told: Mustering, apprise: Outlet) -> None:
        self._mail = Mail(told.mail) if told.mail else None
        self._sms, self._apprise = told.sms.get_secret_value(), apprise

    async def send(self, one: Send, address: str, message: Message) -> tuple[SendState, str]:
        """Try once. Never raises for what the address or the network does."""
        way = way_of(address)
        if way is Way.MAIL:
            return await self._by_mail(one, address, message)
        if way is Way.SMS and not self._sms:
            return SendState.FAILED, _NO_BRIDGE
        if way is Way.URL and strange(address):  # the directory is written by others; its names are judged when called
            return SendState.FAILED, "url：市の中のアドレスへは送らない / leads into the house; see [outgoing]"
        url = self._sms.replace("{number}", address) if way is Way.SMS else address
        said: Called = await self._apprise.send(SecretStr(url), message)
        return SendState(said.state.value), said.detail

    async def close(self) -> None:
        self._apprise.close()
        if self._mail:
            await self._mail.close()

    async def _by_mail(self, one: Send, address: str, message: Message) -> tuple[SendState, str]:
        if self._mail is None:
            return SendState.FAILED, _NO_MAIL
        name = hashlib.sha256("\n".join(map(str, ("muster", *one.key))).encode()).hexdigest()[:32]
        written = Written(
            subject=message.subject, body=message.body, language="ja", name=name, urgent=True, listed=False
        )
        person = Person(id=0, uid=name, language="ja", address=address)
        said = await self._mail.post(person, written)
        if isinstance(said, Outcome):  # the server takes nothing from us: not this person's fault
            state = SendState.UNKNOWN if said.verdict is Verdict.UNKNOWN else SendState.FAILED
            return state, f"mail：{said.detail}"
        return _TOLD.get(said.fate, SendState.FAILED), f"mail：{said.code}"
