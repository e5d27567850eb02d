"""Enveloped XML signatures, as far as hashing alone can tell.

The digest over the document is computed and compared, so a changed document is proven to be changed. Whether the
signer is who the certificate says is *not* checked here and never claimed: every signature that fits is reported as
not verified.
"""

from __future__ import annotations

import base64
import binascii
import copy
import hashlib
import itertools
from collections.abc import Iterator
from datetime import datetime

from lxml import etree

from feeds.cap.certificate import validity
from feeds.cap.lint.finding import Finding, found
from feeds.cap.schema import SIGNATURE
from feeds.cap.xml import text_of

_DS = SIGNATURE.removesuffix("Signature")
_ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
_CANONICAL = {  # with or without comments: a reference to the whole document never holds them
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments",
    "http://www.w3.org/2006/12/xml-c14n11",
    "http://www.w3.org/2006/12/xml-c14n11#WithComments",
    "http://www.w3.org/2001/10/xml-exc-c14n#",
    "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
}
_MOST = 8  # signatures looked at; each costs some copies of the document
_DIGESTS = {
    "http://www.w3.org/2000/09/xmldsig#sha1": "sha1",
    "http://www.w3.org/2001/04/xmldsig-more#sha224": "sha224",
    "http://www.w3.org/2001/04/xmlenc#sha256": "sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384": "sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512": "sha512",
}


def signature_findings(root: etree._Element, at: datetime) -> Iterator[Finding]:
    """What can be said of each signature; ``at`` is when its certificate ought to have been valid."""
    for place, signature in enumerate(itertools.islice(root.iterchildren(SIGNATURE), _MOST)):
        yield from _digest(root, place, signature)
        if any("sha1" in element.get("Algorithm", "") for element in signature.iter(etree.Element)):
            fix = "sign with RSA or ECDSA over SHA-256"
            yield found("signature_sha1", signature, "the signature rests on SHA-1", fix)
        yield from _certificate(signature, at)


def _digest(root: etree._Element, place: int, signature: etree._Element) -> Iterator[Finding]:
    references = list(signature.iterfind(f"{_DS}SignedInfo/{_DS}Reference"))
    reason = _unusual(references)
    if reason:
        fix = "sign the whole document, enveloped, with one reference"
        yield found("signature_unusual", signature, f"the signature cannot be checked: {reason}", fix)
        return
    (reference,) = references
    method, value = reference.find(f"{_DS}DigestMethod"), reference.find(f"{_DS}DigestValue")
    assert method is not None
    assert value is not None
    if _fits(root, place, _DIGESTS[method.get("Algorithm", "")], _decoded(text_of(value))):
        message = "the document is as it was signed; who signed it has not been verified"
        yield found("signature_not_verified", signature, message, "compare the certificate by other means")
    else:
        message = "the document is not the one that was signed: its digest differs"
        yield found("signature_digest", value, message, "ask the sender; do not rely on this document")


def _unusual(references: list[etree._Element]) -> str:
    if len(references) != 1:
        return f"it has {len(references)} references"
    (reference,) = references
    method, value = reference.find(f"{_DS}DigestMethod"), reference.find(f"{_DS}DigestValue")
    if reference.get("URI") != "":
        return "it does not cover the whole document"
    if method is None or value is None or method.get("Algorithm") not in _DIGESTS:
        return "its digest is of an unknown kind"
    transforms = [one.get("Algorithm", "") for one in reference.iter(f"{_DS}Transform")]
    strange = [one for one in transforms if one not in _CANONICAL | {_ENVELOPED}]
    return f"it transforms the document by {strange[0]}" if strange else ""


def _fits(root: etree._Element, place: int, algorithm: str, wanted: bytes) -> bool:
    """True where the digest fits the document as it is, without its blank text, or without all its signatures.

    Signers differ in what they hashed; none of the readings changes a word of the alert.
    """
    for all_of_them, blanks in ((False, True), (False, False), (True, True), (True, False)):
        bare = _without(root, place, all_of_them, blanks)
        trees: tuple[etree._Element | etree._ElementTree, ...] = (bare.getroottree(), bare)
        for tree, exclusive in itertools.product(trees, (False, True)):
            octets = etree.tostring(tree, method="c14n", exclusive=exclusive, with_comments=False)
            if hashlib.new(algorithm, octets, usedforsecurity=False).digest() == wanted:
                return True
    return False


def _without(root: etree._Element, place: int, all_of_them: bool, blanks: bool) -> etree._Element:
    """A copy of the document without one signature, or all of them, and on wish without blank text."""
    bare = copy.deepcopy(root.getroottree()).getroot()
    for number, signature in enumerate(list(bare.iterchildren(SIGNATURE))):
        if all_of_them or number == place:
            _remove(signature)
    if not blanks:
        for element in bare.iter():
            element.text = element.text if element.text and element.text.strip() else None
            element.tail = element.tail if element.tail and element.tail.strip() else None
    return bare


def _remove(element: etree._Element) -> None:
    """Take an element out and leave the text behind it where it stands."""
    parent, before, tail = element.getparent(), element.getprevious(), element.tail or ""
    assert parent is not None
    if before is not None:
        before.tail = (before.tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail
    parent.remove(element)


def _decoded(text: str) -> bytes:
    """The bytes of base64 text; empty, which fits nothing, where it is not exactly what an encoder writes.

    Base64 has spare bits at its end. A value that differs only there reads the same, yet somebody has changed it.
    """
    text = "".join(text.split())
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
    return data if base64.b64encode(data).decode() == text else b""


def _certificate(signature: etree._Element, at: datetime) -> Iterator[Finding]:
    told = signature.find(f".//{_DS}X509Certificate")
    if told is None:
        message = "the signature brings no certificate: only who knows the key can verify it"
        yield found("signature_no_certificate", signature, message, "put the certificate into KeyInfo")
        return
    span = validity(_decoded(text_of(told)))
    if span is None:
        yield found("signature_certificate", told, "the certificate cannot be read", "put in X.509 DER")
    elif not span[0] <= at <= span[1]:
        message = f"the certificate was valid from {span[0]:%Y-%m-%d} to {span[1]:%Y-%m-%d}, not at {at:%Y-%m-%d}"
        yield found("signature_expired", told, message, "check as of the time the alert was sent")
