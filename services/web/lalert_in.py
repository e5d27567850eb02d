"""``/commons/subscriber/soap/RECEIVER``: L-Alert's node delivers documents here, SOAP 1.1, operation ``publish``.

The answer goes out after the commit. Code 0: taken. Code 1: kept in quarantine, because it cannot be read; sending it
again would not help. A Fault of the server: nothing was kept, send it again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from aiohttp import web
from lxml import etree

from feeds.lalert.read import SCHEME, Lalert
from feeds.records import Message, Rejected
from feeds.safe_xml import read_xml
from services.bell import Bell
from services.clock import wall
from services.configuration.sources import LalertReceiver
from services.figures import RECORDS
from services.store import quarantine, records
from services.store.engine import Store
from services.web.auth import open_write
from services.web.auth_limit import LoginLimit
from services.web.body import PATIENCE, whole_body
from services.web.security import client_address
from services.web.wsse import TokenError, Tokens

MAX_BYTES = 2 * 1024 * 1024
_SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
_COMMONS = "http://soap.publiccommons.ne.jp/"
log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class LalertIn:
    """The one page. ``now`` is hub time, for what is stored; tokens go by the computer's clock."""

    store: Store
    bell: Bell
    now: Callable[[], datetime]
    receiver: LalertReceiver
    tokens: Tokens
    limit: LoginLimit = field(default_factory=LoginLimit)

    def routes(self) -> Sequence[web.RouteDef]:
        """What to add to the application's router."""
        return [web.post(f"/commons/subscriber/soap/{self.receiver.name}", self.take)]

    @open_write  # the token in the SOAP header is asked for instead of a session
    async def take(self, request: web.Request) -> web.Response:
        address = client_address(request)
        body = await whole_body(request, MAX_BYTES)
        if body is None:
            return _fault("Client", f"at most {MAX_BYTES} bytes are taken, within {PATIENCE:g} s", 413)
        root = await asyncio.to_thread(read_xml, body)
        if isinstance(root, Rejected):  # not let in: nothing of a stranger is kept
            return _fault("Client", f"{root.message} ({root.at})", 500)
        refused = self._stop(root, address)
        if refused is not None:
            return refused
        try:
            return await self._keep(body)
        except Exception:
            log.exception("lalert_not_stored")
            return _fault("Server", "not stored; send it again", 500)

    def _stop(self, root: etree._Element, address: str) -> web.Response | None:
        """The answer to one who is not let in. In one go: calls side by side are no guesses of one another."""
        if self.limit.admit(self.receiver.name, address, wall()):
            return _fault("Client", "too many calls that were not let in; wait a quarter of an hour", 429)
        try:
            self.tokens.check(root, wall())
        except TokenError as error:
            log.warning("lalert_refused", client=address, reason=str(error))
            return _fault("Client", "the token was not accepted", 500)
        self.limit.forgive(self.receiver.name, address)
        return None

    async def _keep(self, body: bytes) -> web.Response:
        name = self.receiver.name
        topic = f"{SCHEME}{name}/{self.receiver.status}"
        message = Message(topic=topic, payload=body, received_at=self.now(), gateway=name)
        decoded = await asyncio.to_thread(Lalert().decode, message)
        async with self.store.write() as connection:
            saved = await records.save(connection, decoded.records, message.received_at)
            for rejected in decoded.rejected:
                await quarantine.keep(connection, message, rejected)
        RECORDS.labels("web", "new").inc(len(saved.new))
        RECORDS.labels("web", "duplicate").inc(saved.duplicates)
        RECORDS.labels("web", "rejected").inc(len(decoded.rejected))
        if saved.new:
            self.bell.ring("records")
        if decoded.rejected:
            refused = decoded.rejected[0]
            return _answer(1, f"{refused.code}: {refused.message} ({refused.at})")
        return _answer(0, "")


def _answer(code: int, result: str) -> web.Response:
    envelope, body = _envelope()
    response = etree.SubElement(body, f"{{{_COMMONS}}}publishResponse", nsmap={"pcsoap": _COMMONS})
    process = etree.SubElement(response, f"{{{_COMMONS}}}processResponse")  # qualified, as the node's own message is
    etree.SubElement(process, f"{{{_COMMONS}}}code").text = str(code)
    if result:
        etree.SubElement(process, f"{{{_COMMONS}}}result").text = result
    return _xml(envelope, 200)


def _fault(whose: str, text: str, status: int) -> web.Response:
    envelope, body = _envelope()
    fault = etree.SubElement(body, f"{{{_SOAP}}}Fault")
    etree.SubElement(fault, "faultcode").text = f"S:{whose}"
    etree.SubElement(fault, "faultstring").text = text
    return _xml(envelope, status)


def _envelope() -> tuple[etree._Element, etree._Element]:
    envelope = etree.Element(f"{{{_SOAP}}}Envelope", nsmap={"S": _SOAP})
    return envelope, etree.SubElement(envelope, f"{{{_SOAP}}}Body")


def _xml(envelope: etree._Element, status: int) -> web.Response:
    body = etree.tostring(envelope, xml_declaration=True, encoding="UTF-8")
    return web.Response(body=body, status=status, content_type="text/xml", charset="utf-8")
