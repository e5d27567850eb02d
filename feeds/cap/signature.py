"""The enveloped XML signature of a CAP document: what shape it has, and whether its digest is that of the document.

CAP 1.2 knows one form only: ``ds:Signature`` as a child of alert, over the whole document. Whatever else a signature
may point to, move or transform is not looked at: that is where documents are hidden from those who verify.
"""

from __future__ import annotations

import base64
import binascii
import copy
import hashlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree
from signxml.algorithms import CanonicalizationMethod, SignatureMethod

from feeds.cap.schema import SIGNATURE
from feeds.cap.xml import BLANK, text_of

DS = SIGNATURE.removesuffix("Signature")
_ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
_CANONICAL = {method.value for method in CanonicalizationMethod}
_METHODS = {method.value for method in SignatureMethod if not method.name.startswith(("HMAC", "DSA"))}
_DIGESTS = {
    "http://www.w3.org/2000/09/xmldsig#sha1": "sha1",
    "http://www.w3.org/2001/04/xmldsig-more#sha224": "sha224",
    "http://www.w3.org/2001/04/xmlenc#sha256": "sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384": "sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512": "sha512",
}


class UnusualError(ValueError):
    """A signature of another form than CAP's; the text says which."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A copy of the document as its signer may have seen it, and where among its signatures the one in question is."""

    root: etree._Element
    place: int


def refuse_unusual(signature: etree._Element) -> None:
    """Raise UnusualError unless the signature is one over the whole document, of methods we know."""
    told = list(signature.iterchildren(f"{DS}SignedInfo"))
    if len(told) != 1:
        raise UnusualError(f"it has {len(told)} SignedInfo")
    (info,) = told
    references = list(info.iterchildren(f"{DS}Reference"))
    if len(references) != 1:
        raise UnusualError(f"it has {len(references)} references")
    (reference,) = references
    if reference.get("URI") != "":
        raise UnusualError("it does not cover the whole document")
    transforms = [one.get("Algorithm", "") for one in reference.iter(f"{DS}Transform")]
    strange = [one for one in transforms if one not in _CANONICAL | {_ENVELOPED}]
    if strange or _ENVELOPED not in transforms:
        raise UnusualError(f"it transforms the document by {strange[0][:80] if strange else 'nothing'}")
    for parent, name, known in (
        (reference, "DigestMethod", set(_DIGESTS)),
        (info, "CanonicalizationMethod", _CANONICAL),
        (info, "SignatureMethod", _METHODS),
    ):
        if (algorithm := _algorithm(parent, name)) not in known:
            raise UnusualError(f"its {name} is {algorithm[:80] or 'missing'}")
    values = [*reference.iterchildren(f"{DS}DigestValue"), *signature.iterchildren(f"{DS}SignatureValue")]
    if [value.tag for value in values] != [f"{DS}DigestValue", f"{DS}SignatureValue"]:
        raise UnusualError("it has no DigestValue, no SignatureValue, or several")


def _algorithm(parent: etree._Element, name: str) -> str:
    told = list(parent.iterchildren(f"{DS}{name}"))
    return told[0].get("Algorithm", "") if len(told) == 1 else ""


def digest_value(signature: etree._Element) -> etree._Element:
    """Where the digest is told, in a signature that is not unusual."""
    value = _reference(signature).find(f"{DS}DigestValue")
    assert value is not None
    return value


def readings(root: etree._Element, place: int) -> Iterator[Reading]:
    """The document as it is, without blank text between elements, and without its other signatures.

    Signers differ in what they hashed; none of the readings changes a word of the alert.
    """
    for alone, blanks in ((False, True), (False, False), (True, True), (True, False)):
        bare = copy.deepcopy(root.getroottree()).getroot()
        if alone:
            for number, signature in enumerate(list(bare.iterchildren(SIGNATURE))):
                if number != place:
                    _remove(signature)
        if not blanks:
            for element in bare.iter():
                element.text = (element.text or "").strip(BLANK) and element.text
                element.tail = (element.tail or "").strip(BLANK) and element.tail
        yield Reading(bare, 0 if alone else place)


def digest_fits(reading: Reading) -> bool:
    """True where the digest is that of the document without this signature, however it was made canonical."""
    bare = copy.deepcopy(reading.root.getroottree()).getroot()
    signature = next(itertools.islice(bare.iterchildren(SIGNATURE), reading.place, None))
    wanted = decoded(text_of(digest_value(signature)))
    method = _DIGESTS[_algorithm(_reference(signature), "DigestMethod")]
    _remove(signature)
    trees: tuple[etree._Element | etree._ElementTree, ...] = (bare.getroottree(), bare)
    for tree, exclusive in itertools.product(trees, (False, True)):
        octets = etree.tostring(tree, method="c14n", exclusive=exclusive, with_comments=False)
        if hashlib.new(method, octets, usedforsecurity=False).digest() == wanted:
            return True
    return False


def _reference(signature: etree._Element) -> etree._Element:
    reference = signature.find(f"{DS}SignedInfo/{DS}Reference")
    assert reference is not None
    return reference


def _remove(element: etree._Element) -> None:
    """Take an element out and leave the text behind it where it stands."""
    parent, before, tail = element.getparent(), element.getprevious(), element.tail or ""
    assert parent is not None
    if before is not None:
        before.tail = (before.tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail
    parent.remove(element)


def decoded(text: str) -> bytes:
    """The bytes of base64 text; empty, which fits nothing, where it is not exactly what an encoder writes.

    Base64 has spare bits at its end. A value that differs only there reads the same, yet somebody has changed it.
    """
    text = "".join(text.split())
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
    return data if base64.b64encode(data).decode() == text else b""
