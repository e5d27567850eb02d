"""L-Alert's node: it asks for the token, reads documents with eyes of its own, and keeps the newest revision of each.

What it checks: the digest (as an independent reader), that what stands twice in a document agrees, the order of the
envelope, that a revision is newer. A repeated transmission is answered as the first one was.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

from aiohttp import web
from lxml import etree

from tests.fakes.served import Served

_SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
_COMMONS = "http://soap.publiccommons.ne.jp/"
_TWICE = ("distributionID", "distributionType", "documentID", "documentRevision")
_ENVELOPE = [
    *("distributionID", "senderID", "dateTimeSent", "distributionStatus", "distributionType"),
    *("combinedConfidentiality", "language", "targetArea", "contentObject"),
]


@dataclass(frozen=True, slots=True)
class Kept:
    """One transmission that was taken."""

    distribution_id: str
    document_id: str
    revision: int
    document: bytes


class FakeNode(Served):
    """``kept`` holds each transmission once, in order."""

    def __init__(self, user: str = "morioka", password: str = "fake-lalert-password") -> None:
        super().__init__()
        self.user, self.password = user, password
        self.kept: list[Kept] = []
        self._nonces: set[str] = set()

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/commons/MQService", self._publish)]

    async def _publish(self, request: web.Request) -> web.Response:
        root = etree.fromstring(await request.read())
        if request.headers.get("SOAPAction") != '""' or not self._known(root):
            return _fault("The security token could not be authenticated or authorized")
        document = root.find(f"{{{_SOAP}}}Body/{{{_COMMONS}}}publish/{{{_COMMONS}}}message")[0]
        fault = _disagreement(document)
        if fault:
            return _answer(21, fault)
        one = Kept(
            _first(document, "distributionID"),
            _first(document, "documentID"),
            int(_first(document, "documentRevision")),
            etree.tostring(document),
        )
        if any(earlier.distribution_id == one.distribution_id for earlier in self.kept):
            return _answer(0)
        newest = max((each.revision for each in self.kept if each.document_id == one.document_id), default=0)
        if one.revision <= newest:
            return _answer(22, f"documentRevision {one.revision} is not newer than {newest}")
        self.kept.append(one)
        return _answer(0)

    def _known(self, root: etree._Element) -> bool:
        token = root.find("{*}Header/{*}Security/{*}UsernameToken")
        if token is None or token.findtext("{*}Username") != self.user:
            return False
        nonce, created = token.findtext("{*}Nonce") or "", token.findtext("{*}Created") or ""
        digest = hashlib.sha1(base64.b64decode(nonce) + created.encode() + self.password.encode()).digest()
        fresh = nonce not in self._nonces
        self._nonces.add(nonce)
        return fresh and token.findtext("{*}Password") == base64.b64encode(digest).decode()


def _disagreement(document: etree._Element) -> str:
    for name in _TWICE:
        texts = {each.text for each in document.iter(f"{{*}}{name}")}
        if len(texts) != 1:
            return f"{name} is told differently: {sorted(map(str, texts))}"
    statuses = {each.text for each in document.iter("{*}distributionStatus")}
    names = [etree.QName(each).localname for each in document]
    known = sorted(names, key=lambda name: _ENVELOPE.index(name) if name in _ENVELOPE else 99)
    if len(statuses) != 1 or names != known:
        return "the envelope is not in order"
    return ""


def _first(document: etree._Element, name: str) -> str:
    return next(document.iter(f"{{*}}{name}")).text or ""


def _answer(code: int, words: str = "") -> web.Response:
    result = f"<result>{words}</result>" if words else ""
    return _soap(
        f'<pc:publishResponse xmlns:pc="{_COMMONS}"><processResponse><code>{code}</code>{result}</processResponse>'
        "</pc:publishResponse>"
    )


def _fault(words: str) -> web.Response:
    return _soap(f"<S:Fault><faultcode>S:Client</faultcode><faultstring>{words}</faultstring></S:Fault>", 500)


def _soap(body: str, status: int = 200) -> web.Response:
    text = f'<?xml version="1.0"?><S:Envelope xmlns:S="{_SOAP}"><S:Body>{body}</S:Body></S:Envelope>'
    return web.Response(text=text, status=status, content_type="text/xml")
