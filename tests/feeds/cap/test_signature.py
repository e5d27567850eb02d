"""Signatures: what we sign verifies, what was touched does not, and what is read is what was verified."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.signer import XMLSigner

from feeds.cap import CapAlert, CapError, read
from feeds.cap.lint import lint
from feeds.cap.sign import Signer
from feeds.cap.verify import certificates, read_verified
from tests.feeds.cap.keys import BEGIN, END, certificate, pair, pem, signer
from tests.feeds.cap.test_codec import REAL, real

GOOD = (Path(__file__).parents[2] / "data" / "cap" / "flood-level4.xml").read_bytes()
NOW = datetime(2026, 1, 15, tzinfo=UTC)
DS = "http://www.w3.org/2000/09/xmldsig#"
SIGNED = signer().sign(GOOD)
TRUSTED = signer().chain


def rules(document: bytes, trusted: tuple[x509.Certificate, ...] = (), at: datetime = NOW) -> set[str]:
    return {one.rule for one in lint(document, at, trusted=trusted) if one.rule.startswith("signature_")}


class OldSigner(XMLSigner):
    """Signs as people did, SHA-1 included."""

    def check_deprecated_methods(self) -> None:
        """Nothing is refused."""


def signed_by(key: str, own: str | None, document: bytes = GOOD, **methods: object) -> bytes:
    """By signxml itself, in ways that we do not sign."""
    maker = OldSigner(**methods)  # type: ignore[arg-type]
    root = maker.sign(etree.fromstring(document), key=key, cert=own)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


# What we sign


def test_what_we_sign_is_verified_by_who_holds_the_certificate() -> None:
    assert rules(SIGNED, TRUSTED) == {"signature_verified"}
    assert read_verified(SIGNED, TRUSTED, NOW) == read(GOOD)


def test_the_same_document_is_always_signed_with_the_same_bytes() -> None:
    assert signer().sign(GOOD) == SIGNED


def test_the_signature_holds_without_the_library_that_made_it() -> None:
    root = etree.fromstring(SIGNED)
    (signature,) = root.iterchildren(f"{{{DS}}}Signature")
    info = signature.find(f"{{{DS}}}SignedInfo")
    value, digest = signature.findtext(f"{{{DS}}}SignatureValue"), signature.findtext(f".//{{{DS}}}DigestValue")
    assert info is not None and value and digest
    octets = etree.tostring(info, method="c14n", exclusive=True)
    key = TRUSTED[0].public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    key.verify(base64.b64decode(value), octets, padding.PKCS1v15(), hashes.SHA256())
    alone = etree.fromstring(SIGNED[: SIGNED.index(b"<ds:Signature")] + b"</alert>")
    assert base64.b64decode(digest) == hashlib.sha256(etree.tostring(alone, method="c14n", exclusive=True)).digest()


def test_nothing_but_the_signature_is_added() -> None:
    at = SIGNED.index(b"<ds:Signature")
    assert SIGNED[:at].replace(b"'", b'"') == GOOD[: GOOD.index(b"</alert>")].replace(b"'", b'"')
    assert SIGNED[at:].count(b"\n</alert>") <= 1


def test_issuers_go_along() -> None:
    key, own = pair()
    both = Signer.of(key.encode(), (own + pair("issuer.example")[1]).encode())
    assert both.sign(GOOD).count(b"<ds:X509Certificate>") == 2
    assert rules(both.sign(GOOD), TRUSTED) == {"signature_verified"}


SMALL = rsa.generate_private_key(65537, 1024)
CURVE = ec.generate_private_key(ec.SECP256R1())
LOCKED = rsa.generate_private_key(65537, 2048).private_bytes(
    Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")
)


@pytest.mark.parametrize(
    ("key", "own", "words"),
    [
        (pem(SMALL), certificate(SMALL), "2048 bits"),
        (pem(CURVE), certificate(CURVE), "RSA"),
        (LOCKED.decode(), pair()[1], "password"),
        ("no key", pair()[1], "BEGIN PRIVATE KEY"),
        (pair()[0], "no certificate", "BEGIN CERTIFICATE"),
        (pair()[0], pair("other.example")[1], "not that of the key"),
    ],
)
def test_a_key_that_will_not_do_is_refused_with_the_cure(key: str, own: str, words: str) -> None:
    with pytest.raises(ValueError, match=words) as refusal:
        Signer.of(key.encode(), own.encode())
    assert all(line not in str(refusal.value) for line in key.splitlines()[1:-1])


# Who is believed


def test_the_certificate_in_the_message_proves_nothing_by_itself() -> None:
    assert rules(SIGNED) == {"signature_not_verified"}
    assert rules(SIGNED, signer("other.example").chain) == {"signature_not_verified"}
    with pytest.raises(CapError, match="unknown_signer") as refusal:
        read_verified(SIGNED, signer("other.example").chain, NOW)
    assert refusal.value.code == "not_verified"


def test_no_signature_is_not_verified() -> None:
    with pytest.raises(CapError, match="no signature"):
        read_verified(GOOD, TRUSTED, NOW)


@pytest.mark.parametrize("at", [BEGIN - timedelta(days=1), END + timedelta(days=1)])
def test_a_certificate_counts_while_it_is_valid(at: datetime) -> None:
    assert rules(SIGNED, TRUSTED, at) == {"signature_not_verified", "signature_expired"}
    with pytest.raises(CapError):
        read_verified(SIGNED, TRUSTED, at)
    assert read_verified(SIGNED, TRUSTED).identifier, "as of the time it was sent"


@pytest.mark.parametrize(
    "methods",
    [
        {"signature_algorithm": SignatureMethod.RSA_SHA1, "digest_algorithm": DigestAlgorithm.SHA1},
        {"signature_algorithm": SignatureMethod.RSA_SHA256, "digest_algorithm": DigestAlgorithm.SHA1},
    ],
)
def test_sha1_is_looked_at_and_never_believed(methods: dict[str, object]) -> None:
    key, own = pair()
    old = signed_by(key, own, **methods)
    assert rules(old, TRUSTED) == {"signature_not_verified", "signature_sha1"}
    with pytest.raises(CapError):
        read_verified(old, TRUSTED, NOW)
    assert "signature_digest" in rules(old.replace("材木町".encode(), "本町通".encode()), TRUSTED)


@pytest.mark.parametrize(
    "method", [SignatureMethod.ECDSA_SHA256, SignatureMethod.RSA_SHA512, SignatureMethod.SHA256_RSA_MGF1]
)
@pytest.mark.parametrize("canonical", list(CanonicalizationMethod))
def test_other_good_methods_are_read(method: SignatureMethod, canonical: CanonicalizationMethod) -> None:
    key, own = (pem(CURVE), certificate(CURVE)) if method.name.startswith("EC") else pair()
    document = signed_by(key, own, signature_algorithm=method, c14n_algorithm=canonical)
    assert read_verified(document, certificates(own.encode()), NOW) == read(GOOD)


def test_a_signature_without_certificate_can_be_verified_by_who_has_it() -> None:
    bare = re.sub(rb"<ds:KeyInfo>.*</ds:KeyInfo>", b"", SIGNED, flags=re.DOTALL)
    assert rules(bare) == {"signature_not_verified", "signature_no_certificate"}
    assert read_verified(bare, TRUSTED, NOW) == read(GOOD)


# What was touched


def test_a_changed_word_is_an_error() -> None:
    touched = SIGNED.replace("材木町".encode(), "本町通".encode())
    (one,) = [one for one in lint(touched, NOW, trusted=TRUSTED) if one.level == "error"]
    assert (one.rule, one.path.endswith("/DigestValue")) == ("signature_digest", True)
    with pytest.raises(CapError, match="changed"):
        read_verified(touched, TRUSTED, NOW)


def forged(document: bytes) -> bytes:
    """Another text under the signature of the first, with a digest that fits."""
    touched = document.replace("材木町".encode(), "本町通".encode())
    root = etree.fromstring(touched)
    signature = root.find(f"{{{DS}}}Signature")
    assert signature is not None
    root.remove(signature)
    octets = etree.tostring(root, method="c14n", exclusive=True)
    digest = base64.b64encode(hashlib.sha256(octets).digest())
    return re.sub(rb"<ds:DigestValue>.*?<", b"<ds:DigestValue>" + digest + b"<", touched)


def test_a_digest_made_to_fit_is_found_by_the_signature_over_it() -> None:
    assert rules(forged(SIGNED), TRUSTED) == {"signature_value"}
    bare = re.sub(rb"<ds:KeyInfo>.*</ds:KeyInfo>", b"", forged(SIGNED), flags=re.DOTALL)
    assert "signature_verified" not in rules(bare, TRUSTED)
    with pytest.raises(CapError):
        read_verified(bare, TRUSTED, NOW)


def test_a_certificate_exchanged_for_that_of_another_is_found() -> None:
    other = "".join(pair("other.example")[1].splitlines()[1:-1]).encode()
    swapped = re.sub(rb"<ds:X509Certificate>.*?<", b"<ds:X509Certificate>" + other + b"<", SIGNED, flags=re.DOTALL)
    assert rules(swapped) == {"signature_value"}
    assert rules(swapped, signer("other.example").chain) == {"signature_value"}


def test_blanks_that_were_lost_or_added_on_the_way_are_forgiven() -> None:
    slim = re.sub(rb">\s+<", b"><", GOOD)
    spaced = signer().sign(slim).replace(b"><", b">\n<")
    assert rules(spaced, TRUSTED) == {"signature_verified"}
    assert read_verified(spaced, TRUSTED, NOW) == read(GOOD)


def test_a_full_width_space_is_a_word_and_no_blank() -> None:
    spaced = SIGNED.replace("<areaDesc>材木町</areaDesc>".encode(), "<areaDesc>　</areaDesc>".encode())
    slim = signer().sign(GOOD.replace("<areaDesc>材木町</areaDesc>".encode(), b"<areaDesc></areaDesc>"))
    assert "signature_digest" in rules(spaced, TRUSTED)
    assert "signature_digest" in rules(slim.replace(b"<areaDesc/>", "<areaDesc>　</areaDesc>".encode()), TRUSTED)


def test_two_signers_may_each_have_signed_the_bare_document() -> None:
    other = signer("other.example")
    added = other.sign(GOOD)
    both = SIGNED.replace(b"</alert>", added[added.index(b"<ds:Signature") :])
    assert rules(both, (*TRUSTED, *other.chain)) == {"signature_verified"}
    assert rules(both, TRUSTED) == {"signature_verified", "signature_not_verified"}
    assert read_verified(both, other.chain, NOW) == read(GOOD)


def test_a_second_signer_may_have_signed_the_first_as_well() -> None:
    other = signer("other.example")
    assert read_verified(other.sign(SIGNED), other.chain, NOW) == read(GOOD)
    assert read_verified(other.sign(SIGNED), TRUSTED, NOW) == read(GOOD)


def test_spare_bits_of_the_digest_are_not_free_to_change() -> None:
    found = re.search(rb"<ds:DigestValue>(.*?)=</ds:DigestValue>", SIGNED)
    assert found
    letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    twin = found[1][:-1] + bytes([letters[letters.index(found[1][-1]) + 1]])
    assert base64.b64decode(twin + b"=") == base64.b64decode(found[1] + b"="), "the same bytes, written otherwise"
    assert "signature_digest" in rules(SIGNED.replace(found[1], twin), TRUSTED)


@settings(max_examples=250, deadline=None)
@given(st.integers(0, len(SIGNED) - 1), st.binary(max_size=3), st.integers(0, 6))
def test_however_a_signed_document_is_damaged_only_its_own_words_are_read(place: int, noise: bytes, cut: int) -> None:
    damaged = SIGNED[:place] + noise + SIGNED[place + cut :]
    lint(damaged, NOW, trusted=TRUSTED)
    try:
        assert read_verified(damaged, TRUSTED, NOW) == read(GOOD)
    except CapError as error:
        assert error.code


# Documents wrapped around others

EVIL = GOOD.replace("材木町".encode(), "本町通".encode())
SIGNATURE = SIGNED[SIGNED.index(b"<ds:Signature") : SIGNED.index(b"</alert>")]
INNER = re.sub(rb"<\?xml.*?\?>\s*", b"", SIGNED)


def wrapped(inside: bytes, uri: bytes = b"") -> bytes:
    return EVIL.replace(b"</alert>", inside.replace(b'URI=""', b'URI="' + uri + b'"') + b"</alert>")


# ruff: noqa: E501 - an attack reads best on one line
ATTACKS = {
    "the signature of another document": wrapped(SIGNATURE),
    "the signed alert beside its signature": wrapped(INNER + SIGNATURE),
    "the signed alert inside the signature": wrapped(SIGNATURE.replace(b"</ds:Signature>", b"<ds:Object>" + INNER + b"</ds:Object></ds:Signature>")),
    "the signed alert by its id": wrapped(INNER.replace(b"<alert ", b'<alert Id="x" ') + SIGNATURE, b"#x"),
    "the whole signed alert in another": wrapped(INNER),
    "the signed alert before the other's words": EVIL.replace(b"<info>", INNER + b"<info>", 1),
    "a signature that is not a child of alert": EVIL.replace(b"<info>", b"<info>" + SIGNATURE, 1),
    "a transform that picks the words": SIGNED.replace(b"</ds:Transforms>", b'<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><ds:XPath>not(ancestor-or-self::info)</ds:XPath></ds:Transform></ds:Transforms>'),
    "two references": SIGNED.replace(b"</ds:Reference>", b'</ds:Reference><ds:Reference URI="#x"/>'),
    "two SignedInfo": SIGNED.replace(b"</ds:SignedInfo>", b"</ds:SignedInfo><ds:SignedInfo/>"),
    "a key of the message's own": SIGNED.replace(b"<ds:KeyInfo>", b"<ds:KeyInfo><ds:KeyValue/>").replace("材木町".encode(), "本町通".encode()),
    "a hash with a secret that is public": SIGNED.replace(b"xmldsig-more#rsa-sha256", b"xmldsig-more#hmac-sha256"),
}  # fmt: skip


@pytest.mark.parametrize("how", ATTACKS)
def test_nothing_is_read_under_a_signature_of_something_else(how: str) -> None:
    with pytest.raises(CapError) as refusal:
        read_verified(ATTACKS[how], TRUSTED, NOW)
    assert refusal.value.code in ("not_verified", "not_signed")
    assert "signature_verified" not in rules(ATTACKS[how], TRUSTED)


def test_what_stands_inside_a_good_signature_is_not_read() -> None:
    hidden = SIGNED.replace(
        b"</ds:Signature>", b"<ds:Object>" + EVIL[EVIL.index(b"<alert") :] + b"</ds:Object></ds:Signature>"
    )
    assert read_verified(hidden, TRUSTED, NOW) == read(GOOD)


def test_comments_cannot_cut_words_short() -> None:
    split = SIGNED.replace("材木町".encode(), "材<!-- x -->木町".encode())
    assert read_verified(split, TRUSTED, NOW) == read(GOOD)
    shorter: CapAlert = read_verified(
        signer().sign(GOOD.replace("材木町".encode(), "材<!-- x -->木町".encode())), TRUSTED, NOW
    )
    assert shorter == read(GOOD)


@pytest.mark.parametrize(
    "unusual",
    [
        SIGNED.replace(b'URI=""', b'URI="#x"'),
        SIGNED.replace(b"xmlenc#sha256", b"xmlenc#md5"),
        SIGNED.replace(b"xmldsig-more#rsa-sha256", b"xmldsig-more#rsa-md5"),
        re.sub(b"<ds:SignedInfo>.*</ds:SignedInfo>", b"", SIGNED),
        re.sub(b"<ds:SignatureValue>.*</ds:SignatureValue>", b"", SIGNED),
    ],
)
def test_what_cannot_be_checked_is_called_so(unusual: bytes) -> None:
    assert "signature_unusual" in rules(unusual, TRUSTED)
    assert [one.rule for one in lint(unusual, NOW) if one.level == "error"] == []


def test_a_certificate_that_is_none_is_named() -> None:
    broken = re.sub(rb"<ds:X509Certificate>.*?<", b"<ds:X509Certificate>AAAA<", SIGNED, flags=re.DOTALL)
    assert rules(broken) == {"signature_not_verified", "signature_certificate"}


# Real signatures

PEM = "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n"


@real
@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "number", "verified"),
    [
        ("us-ipaws-cancel-no-info-signed.xml", 0, True),
        ("sc-wind-signed.xml", 0, True),
        ("ca-naads-snowfall-signed-update.xml", 0, False),  # both rest on SHA-1
        ("ca-naads-snowfall-signed-update.xml", 1, False),
    ],
)
def test_real_signatures_fit_their_certificates(name: str, number: int, verified: bool) -> None:
    document = (REAL / name).read_bytes()
    told = re.findall(r"<(?:\w+:)?X509Certificate>(.*?)</", document.decode(), re.DOTALL)
    trusted = certificates(PEM.format(told[number].strip()).encode())
    at = trusted[0].not_valid_before_utc
    assert "signature_value" not in rules(document)
    assert ("signature_verified" in rules(document, trusted, at)) == verified
