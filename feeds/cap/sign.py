"""Sign what is written: enveloped XML-DSig with RSA and SHA-256, exclusive C14N, the certificate beside it.

RSA only, because its signature of the same bytes is always the same: the channels of one alert send one document, and a
receiver that gets it twice sees no difference. Sign last, keep the bytes, never format them again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.signer import XMLSigner

from feeds.cap.verify import certificates
from feeds.cap.xml import parse

_LEAST_BITS = 2048


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key and the certificate that goes with it, its issuers behind it."""

    key: rsa.RSAPrivateKey
    chain: tuple[x509.Certificate, ...]

    @classmethod
    def of(cls, key_pem: bytes, certificate_pem: bytes) -> Signer:
        """Both from PEM; further certificates after the first are sent along. Raises ValueError with the cure."""
        try:
            key = load_pem_private_key(key_pem, password=None)
        except TypeError as error:
            raise ValueError("the key has a password; write it without one, readable by the hub alone") from error
        except ValueError as error:
            raise ValueError("the key is no private key in PEM form (-----BEGIN PRIVATE KEY-----)") from error
        if not isinstance(key, rsa.RSAPrivateKey) or key.key_size < _LEAST_BITS:
            raise ValueError(f"the key is not RSA of {_LEAST_BITS} bits or more")
        chain = certificates(certificate_pem)
        if chain[0].public_key() != key.public_key():
            raise ValueError("the first certificate is not that of the key")
        return cls(key, chain)

    @property
    def valid_until(self) -> datetime:
        """When receivers stop to accept new signatures."""
        return self.chain[0].not_valid_after_utc

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, by which people compare it with the one they were given."""
        return self.chain[0].fingerprint(hashes.SHA256()).hex(":")

    def sign(self, document: bytes) -> bytes:
        """The document with its signature as the last child of alert. An expired certificate stops no alert."""
        signer = XMLSigner(
            signature_algorithm=SignatureMethod.RSA_SHA256,
            digest_algorithm=DigestAlgorithm.SHA256,
            c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
        )
        signed = signer.sign(parse(document), key=self.key, cert=list(self.chain))
        return etree.tostring(signed, xml_declaration=True, encoding="UTF-8") + b"\n"
