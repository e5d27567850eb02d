"""Well-formed documents that come over the web: a call of L-Alert's node with its token, and a list of telegrams."""

from __future__ import annotations

import base64
import hashlib

from feeds.instant import iso_utc
from tests.feeds.lalert_making import document, published
from tests.feeds.making import NOW

TOKEN_USER = ("node", "a secret of the tests")
_SECURITY = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
_NAMES = ("20260918175015_0_VPWW53_030000.xml", "20260919000000_0_VXSE53_010000.xml")


def _token() -> str:
    nonce, created = b"a nonce of tests", iso_utc(NOW)
    digest = hashlib.sha1(nonce + created.encode() + TOKEN_USER[1].encode()).digest()
    shown, counted = (base64.b64encode(part).decode() for part in (digest, nonce))
    return (
        f'<S:Header><w:Security xmlns:w="{_SECURITY}"><w:UsernameToken><w:Username>{TOKEN_USER[0]}</w:Username>'
        f'<w:Password Type="x#PasswordDigest">{shown}</w:Password><w:Nonce>{counted}</w:Nonce>'
        f"<w:Created>{created}</w:Created></w:UsernameToken></w:Security></S:Header>"
    )


CALL = published(document(), _token())
ATOM = (
    '<feed xmlns="http://www.w3.org/2005/Atom">'
    + "".join(f'<entry><link href="https://example.jp/data/{name}"/></entry>' for name in _NAMES)
    + "</feed>"
).encode()
CAP_ATOM = (
    b'<feed xmlns="http://www.w3.org/2005/Atom"><link rel="related" title="heartbeat" href="heartbeat.xml"/>'
    b'<entry><link rel="alternate" type="application/cap+xml" href="/cap/a%20b.xml"/></entry></feed>'
)
