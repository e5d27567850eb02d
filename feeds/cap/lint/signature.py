"""What is to be said of the signatures of a document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from cryptography import x509
from lxml import etree

from feeds.cap.lint.finding import Finding, found
from feeds.cap.signature import digest_value
from feeds.cap.verify import Seal, Verdict, seals


def signature_findings(
    root: etree._Element, at: datetime, trusted: Sequence[x509.Certificate] = ()
) -> Iterator[Finding]:
    """What can be said of each signature; ``at`` is when its certificate ought to have been valid."""
    for seal in seals(root, trusted, at):
        yield _verdict(seal)
        if seal.sha1:
            fix = "sign with RSA or ECDSA over SHA-256"
            yield found("signature_sha1", seal.element, "the signature rests on SHA-1", fix)
        yield from _certificate(seal, at)


def _verdict(seal: Seal) -> Finding:
    match seal.verdict:
        case Verdict.UNUSUAL:
            fix = "sign the whole document, enveloped, with one reference"
            message = f"the signature cannot be checked: {seal.reason}"
            return found("signature_unusual", seal.element, message, fix)
        case Verdict.CHANGED:
            message = "the document is not the one that was signed: its digest differs"
            fix = "ask the sender; do not rely on this document"
            return found("signature_digest", digest_value(seal.element), message, fix)
        case Verdict.FORGED:
            message = "the signature is not of the key of its certificate"
            return found("signature_value", seal.element, message, "ask the sender; do not rely on this document")
        case Verdict.VERIFIED:
            message = f"the document is as {_name(seal)} signed it"
            return found("signature_verified", seal.element, message, "nothing to do")
        case Verdict.UNKNOWN_SIGNER:
            message = "the document is as it was signed; who signed it has not been verified"
            fix = "get the certificate of the sender by other means and give it with --trust"
            return found("signature_not_verified", seal.element, message, fix)


def _certificate(seal: Seal, at: datetime) -> Iterator[Finding]:
    told = seal.certificate
    if seal.unreadable:
        yield found("signature_certificate", seal.element, "a certificate cannot be read", "put in X.509 DER")
    elif told is None and seal.verdict is not Verdict.UNUSUAL:
        message = "the signature brings no certificate: only who knows the key can verify it"
        yield found("signature_no_certificate", seal.element, message, "put the certificate into KeyInfo")
    if told is not None and seal.expired:
        span = f"from {told.not_valid_before_utc:%Y-%m-%d} to {told.not_valid_after_utc:%Y-%m-%d}"
        message = f"the certificate was valid {span}, not at {at:%Y-%m-%d}"
        yield found("signature_expired", seal.element, message, "check as of the time the alert was sent")


def _name(seal: Seal) -> str:
    assert seal.certificate is not None
    return seal.certificate.subject.rfc4514_string()[:200]
