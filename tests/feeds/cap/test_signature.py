"""Signatures of CAP documents: what a digest can prove, and that nothing more is claimed."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import UTC, datetime

import pytest
from lxml import etree

from feeds.cap.certificate import validity
from tests.feeds.cap.test_codec import REAL, real
from tests.feeds.cap.test_lint import DS, GOOD, errors, findings


def signed(document: str, method: str = "sha256", digest: str = "", extra: str = "") -> str:
    """The document with an enveloped signature whose digest fits, and a signature value that nobody could verify."""
    place = document.index("</alert>")
    octets = etree.tostring(etree.fromstring(document.encode()), method="c14n")
    uri = f"{DS}sha1" if method == "sha1" else f"http://www.w3.org/2001/04/xmlenc#{method}"
    value = digest or base64.b64encode(hashlib.new(method, octets).digest()).decode()
    signature = (
        f'<Signature xmlns="{DS}"><SignedInfo><CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>'
        f'<SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>'
        f'<Reference URI=""><Transforms><Transform Algorithm="{DS}enveloped-signature"/>{extra}</Transforms>'
        f'<DigestMethod Algorithm="{uri}"/>'
        f"<DigestValue>{value}</DigestValue></Reference></SignedInfo><SignatureValue>AA==</SignatureValue></Signature>"
    )
    return document[:place] + signature + document[place:]


def rules(document: str) -> set[str]:
    return {one.rule for one in findings(document) if one.level != "info"}


def test_a_signature_that_fits_is_still_called_not_verified() -> None:
    assert rules(signed(GOOD)) == {"signature_not_verified", "signature_no_certificate"}


def test_a_changed_word_is_an_error() -> None:
    (one,) = errors(signed(GOOD).replace("材木町", "本町通"))
    assert one.rule == "signature_digest"
    assert one.path.endswith("/DigestValue")


def test_blanks_that_were_lost_or_added_on_the_way_are_forgiven() -> None:
    slim = re.sub(r">\s+<", "><", GOOD)
    assert errors(signed(slim).replace("><", ">\n<")) == []


def test_two_signers_may_each_have_signed_the_bare_document() -> None:
    one = signed(GOOD)
    second = signed(GOOD)
    both = one.replace("</alert>", second[second.index("<Signature") :])
    assert rules(both) == {"signature_not_verified", "signature_no_certificate"}


@pytest.mark.parametrize("digest", ["AAAA", "x", "é", "A" * 43 + "="])
def test_another_digest_is_an_error(digest: str) -> None:
    assert [one.rule for one in errors(signed(GOOD, digest=digest))] == ["signature_digest"]


def test_spare_bits_of_the_digest_are_not_free_to_change() -> None:
    document = signed(GOOD)
    found = re.search("<DigestValue>(.*)=</DigestValue>", document)
    assert found
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    twin = found[1][:-1] + letters[letters.index(found[1][-1]) + 1]
    assert base64.b64decode(twin + "=") == base64.b64decode(found[1] + "="), "the same bytes, written otherwise"
    assert [one.rule for one in errors(document.replace(found[1], twin))] == ["signature_digest"]


def test_sha1_is_a_warning() -> None:
    assert "signature_sha1" in rules(signed(GOOD, "sha1"))
    assert errors(signed(GOOD, "sha1")) == []


@pytest.mark.parametrize(
    "unusual",
    [
        signed(GOOD).replace('URI=""', 'URI="#x"'),
        signed(GOOD).replace("#sha256", "#md5"),
        signed(GOOD, extra='<Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"/>'),
        re.sub("<SignedInfo>.*</SignedInfo>", "", signed(GOOD)),
    ],
)
def test_what_cannot_be_checked_is_called_so(unusual: str) -> None:
    assert "signature_unusual" in rules(unusual)
    assert errors(unusual) == []


def test_a_certificate_is_asked_for_its_dates_only() -> None:
    assert validity(b"") is None
    assert validity(b"\x30\x82") is None
    assert validity(bytes(range(256))) is None


@real
@pytest.mark.real
def test_a_real_certificate_has_its_dates() -> None:
    text = re.search("<ds:X509Certificate>(.*?)</", (REAL / "sc-wind-signed.xml").read_text(), re.DOTALL)
    assert text
    assert validity(base64.b64decode(text[1])) == (
        datetime(2024, 7, 2, 11, 23, 49, tzinfo=UTC),
        datetime(2024, 9, 30, 11, 23, 48, tzinfo=UTC),
    )
