"""Who signed a CAP document? signxml does the cryptography; what it is given and what its answer means is decided here.

Only certificates that the reader holds beforehand make a signature *verified*. The one in the message proves no more
than that the signature fits it. What is read afterwards is what was verified: the signed bytes, not the document around
them.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.exceptions import InvalidDigest, SignXMLException
from signxml.verifier import SignatureConfiguration, XMLVerifier

from feeds.cap.read import read
from feeds.cap.schema import SIGNATURE
from feeds.cap.signature import (
    DS,
    Reading,
    UnusualError,
    decoded,
    digest_fits,
    readings,
    refuse_unusual,
)
from feeds.cap.types import CapAlert, CapError
from feeds.cap.xml import LIMIT, parse, text_of

_MOST = 8  # signatures looked at; each costs some copies of the document
_MOST_CERTIFICATES = 4  # of one signature
_EVERYTHING = SignatureConfiguration(
    signature_methods=frozenset(SignatureMethod),
    digest_algorithms=frozenset(DigestAlgorithm),  # SHA-1 is looked at too: what rests on it is never called verified
    ignore_ambiguous_key_info=True,  # no key of the message is used unless we hand it over
)


class Verdict(StrEnum):
    """What can be said of one signature."""

    VERIFIED = "verified"  # by a certificate that the reader holds, valid at the time asked for, not by SHA-1
    UNKNOWN_SIGNER = "unknown_signer"  # the document is whole; whose it is has not been proven
    CHANGED = "changed"  # the document is not the one that was signed
    FORGED = "forged"  # the signature is not of the key of its own certificate
    UNUSUAL = "unusual"  # of a form that is not looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """One signature of a document. ``signed`` is what it covers, where that was verified."""

    element: etree._Element
    verdict: Verdict
    reason: str = ""  # of UNUSUAL
    certificate: x509.Certificate | None = None  # the reader's where one fits, else that of the message
    unreadable: bool = False  # the message brings a certificate that is none
    sha1: bool = False
    expired: bool = False  # the certificate was not valid at the time asked for
    signed: bytes = b""


def certificates(pem: bytes) -> tuple[x509.Certificate, ...]:
    """The certificates of a PEM file. Raises ValueError with the cure."""
    try:
        return tuple(x509.load_pem_x509_certificates(pem))
    except ValueError as error:
        raise ValueError("no certificate in PEM form (-----BEGIN CERTIFICATE-----)") from error


def seals(root: etree._Element, trusted: Sequence[x509.Certificate], at: datetime) -> Iterator[Seal]:
    """What is to be said of each signature; ``at`` is when its certificate ought to be valid."""
    for place, signature in enumerate(itertools.islice(root.iterchildren(SIGNATURE), _MOST)):
        seal = _judged(root, place, signature, trusted)
        told = seal.certificate
        expired = told is not None and not told.not_valid_before_utc <= at <= told.not_valid_after_utc
        sha1 = any("sha1" in one.get("Algorithm", "") for one in signature.iter(etree.Element))
        weak = seal.verdict is Verdict.VERIFIED and (expired or sha1)
        verdict = Verdict.UNKNOWN_SIGNER if weak else seal.verdict
        yield replace(seal, verdict=verdict, expired=expired, sha1=sha1)


def read_verified(
    data: bytes, trusted: Sequence[x509.Certificate], at: datetime | None = None, limit: int = LIMIT
) -> CapAlert:
    """The alert that one of these certificates has signed, read from the signed bytes alone.

    ``at`` is when the certificate ought to be valid; None: when the alert was sent. Raises :class:`CapError`:
    what :func:`feeds.cap.read.read` raises, ``not_signed`` or ``not_verified``.
    """
    root, moment = parse(data, limit), at or read(data, limit).sent
    found = list(seals(root, trusted, moment))
    if not found:
        raise CapError("not_signed", "the document has no signature", "/alert")
    for seal in found:
        if seal.verdict is Verdict.VERIFIED:
            return read(seal.signed, limit)
    verdicts = ", ".join(dict.fromkeys(seal.verdict.value for seal in found))
    raise CapError("not_verified", f"no signature is of a certificate that is trusted here ({verdicts})", "/alert")


def _judged(root: etree._Element, place: int, signature: etree._Element, trusted: Iterable[x509.Certificate]) -> Seal:
    try:
        refuse_unusual(signature)
    except UnusualError as error:
        return Seal(element=signature, verdict=Verdict.UNUSUAL, reason=str(error))
    own, unreadable = _brought(signature)
    whole = [reading for reading in readings(root, place) if digest_fits(reading)]
    brought = own[0] if own else None
    seal = Seal(element=signature, verdict=Verdict.CHANGED, certificate=brought, unreadable=unreadable)
    if not whole:
        return seal
    for certificate, reading in itertools.product(trusted, whole):
        if signed := _signed_by(certificate, reading):
            return replace(seal, verdict=Verdict.VERIFIED, certificate=certificate, signed=signed)
    fits = any(_fits(certificate, reading) for certificate, reading in itertools.product(own, whole))
    return replace(seal, verdict=Verdict.FORGED if own and not fits else Verdict.UNKNOWN_SIGNER)


def _brought(signature: etree._Element) -> tuple[list[x509.Certificate], bool]:
    """The certificates that the message brings, and whether one of them is none."""
    found, unreadable = [], False
    for element in itertools.islice(signature.iter(f"{DS}X509Certificate"), _MOST_CERTIFICATES):
        try:
            certificate = x509.load_der_x509_certificate(decoded(text_of(element)))
            certificate.public_key()
        except (ValueError, UnsupportedAlgorithm):
            unreadable = True
        else:
            found.append(certificate)
    return found, unreadable


def _signed_by(certificate: x509.Certificate, reading: Reading) -> bytes:
    """The bytes that the key of the certificate has signed; none where it has not."""
    try:
        return _Verifier(reading.place).judge(reading.root, certificate)
    except (SignXMLException, InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError):
        return b""


def _fits(certificate: x509.Certificate, reading: Reading) -> bool:
    """True where the signature is of this key, whether or not the digest was made as the signature says."""
    try:
        _Verifier(reading.place).judge(reading.root, certificate)
    except InvalidDigest:  # told after the signature itself was found good; the digest has been checked more kindly
        return True
    except (SignXMLException, InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError):
        return False
    return True


class _Verifier(XMLVerifier):
    """signxml, looking at one signature of ours among the children of alert, and nowhere else."""

    def __init__(self, place: int) -> None:
        super().__init__()
        self._place = place

    def judge(self, root: etree._Element, certificate: x509.Certificate) -> bytes:
        """The canonical bytes that were verified. Dates of the certificate are not asked for here."""
        config = replace(_EVERYTHING, verification_time=certificate.not_valid_before_utc)
        # Ids that are no names occur in real alerts, so the schema of signatures would refuse good ones; the shape
        # has been checked before.
        result = self.verify(root, x509_cert=certificate, expect_config=config, validate_schema=False)
        assert not isinstance(result, list)
        return result.signed_data

    def _get_signature(self, root: etree._Element) -> etree._Element:
        return next(itertools.islice(root.iterchildren(SIGNATURE), self._place, None))

    def _c14n(self, nodes: etree._Element, algorithm: Any, inclusive_ns_prefixes: Any = None) -> bytes:
        """Of a copy that stands alone: lxml writes xmlns="" into what it makes canonical within a larger tree."""
        alone = etree.fromstring(etree.tostring(nodes, with_tail=False))
        made: bytes = super()._c14n(alone, algorithm, inclusive_ns_prefixes)
        return made
