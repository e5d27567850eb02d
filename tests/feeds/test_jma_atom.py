"""JMA's Atom feeds: what an entry is stands in the name of its file."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from feeds.jma.atom import Entry, read_feed
from feeds.jma.types import TYPES, of_whole_japan, worth_fetching
from feeds.records import Rejected

DATA = "https://www.data.jma.go.jp/developer/xml/data/"


def feed(*links: str, inside: str = "") -> bytes:
    entries = "".join(
        f'<entry><title>電文</title><link type="application/xml" href="{link}"/></entry>' for link in links
    )
    return f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom">{inside}{entries}</feed>'.encode()


def read(payload: bytes) -> tuple[Entry, ...]:
    found = read_feed(payload)
    assert not isinstance(found, Rejected)
    return found


def test_an_entry() -> None:
    link = f"{DATA}20260918175015_0_VPWW53_030000.xml"
    (one,) = read(feed(link, link))
    assert one == Entry(datetime(2026, 9, 18, 17, 50, 15, tzinfo=UTC), 0, link, "VPWW53", "030000")
    assert (one.name, one.series) == ("20260918175015_0_VPWW53_030000.xml", ("VPWW53", "030000"))


def test_newest_first_and_of_one_second_the_higher_number() -> None:
    names = [
        "20260918175015_0_VPWW53_030000.xml",
        "20260918175015_2_VPWW53_030000.xml",
        "20260919000000_0_VXSE53_010000.xml",
    ]
    found = read(feed(*(DATA + name for name in names), inside=f'<link rel="self" href="{DATA}{names[0]}"/>'))
    assert [one.name for one in found] == [names[2], names[1], names[0]]


@pytest.mark.parametrize(
    "link",
    [
        "",
        DATA,
        f"{DATA}index.html",
        f"{DATA}20260918175015_0_VPWW53_030000.xml?x=1",
        f"{DATA}20261318175015_0_VPWW53_030000.xml",
        f"{DATA}20260918175015_0_../../_030000.xml",
        f"{DATA}20260918175015_0_vpww53_030000.xml",
        f"{DATA}{'x' * 500}/20260918175015_0_VPWW53_030000.xml",
    ],
)
def test_what_is_no_telegram_is_passed_over(link: str) -> None:
    assert read(feed(link)) == ()


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"", "bad_xml"),
        (feed(f"{DATA}20260918175015_0_VPWW53_030000.xml")[:-9], "bad_xml"),
        (b"<html><body>503</body></html>", "not_atom"),
        (b'<!DOCTYPE feed><feed xmlns="http://www.w3.org/2005/Atom"/>', "doctype"),
        (b"<feed/>", "not_atom"),
    ],
)
def test_what_is_no_whole_feed_is_refused(payload: bytes, code: str) -> None:
    found = read_feed(payload)
    assert isinstance(found, Rejected) and found.code == code


def test_which_types_are_worth_fetching() -> None:
    assert {row.code for row in TYPES if row.code and not worth_fetching(row.code)} == {"VPWS50"}
    assert worth_fetching("VXKO60") and worth_fetching("VXSU55") and worth_fetching("VPWP50")
    assert not worth_fetching("VPFG50")


def test_of_which_types_every_office_counts() -> None:
    assert of_whole_japan("VFVO56") and of_whole_japan("VXSE53") and of_whole_japan("VTSE41")
    assert not of_whole_japan("VPWW55") and not of_whole_japan("VXKO60")
