"""Which addresses are called, whatever the name and however they are written."""

from __future__ import annotations

import pytest

from services.outgoing.reach import Reach

INSIDE = [
    "127.0.0.1", "127.255.0.9", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",  # here and next door
    "100.64.0.1", "169.254.169.254", "169.254.1.1", "0.0.0.0", "255.255.255.255", "224.0.0.1", "239.1.2.3",
    "192.0.0.192", "168.63.129.16", "100.100.100.200", "198.18.0.1", "203.0.113.9", "240.0.0.1",
    "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "5f00::1",
    "::ffff:127.0.0.1", "::ffff:10.1.2.3", "::127.0.0.1", "::ffff:169.254.169.254",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::808:808", "2002:7f00:1::", "2001:0:7f00:1::1", "2001:db8::1",
]  # fmt: skip
OUTSIDE = [
    "8.8.8.8",
    "203.104.128.1",
    "172.32.0.1",
    "100.63.0.1",
    "2001:4860:4860::8888",
    "64:ff9b::808:808",
    "2002:808:808::",
]


@pytest.mark.parametrize("address", INSIDE)
def test_no_name_leads_into_the_house(address: str) -> None:
    assert "no public address" in Reach().refusal("partner.example", address)
    assert Reach().refusal("partner.example", address, ())


@pytest.mark.parametrize("address", OUTSIDE)
def test_whoever_is_in_the_open_internet_is_called(address: str) -> None:
    assert Reach().refusal("partner.example", address, ()) == ""


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "10.1.2.3", "192.168.0.9", "fd12::1"])
def test_what_the_site_wrote_in_figures_it_means_and_nobody_else_does(host: str) -> None:
    assert Reach().refusal(host, host) == "" and Reach().refusal(host, host, {host}) == ""
    assert Reach().refusal(host, host, ()) and Reach().refusal(host, "127.0.0.9")


@pytest.mark.parametrize(
    "host", ["169.254.169.254", "fd00:ec2::254", "168.63.129.16", "100.100.100.200", "0.0.0.0", "ff02::1"]
)
def test_metadata_is_never_meant(host: str) -> None:
    assert Reach().refusal(host, host)


def test_localhost_is_this_machine_and_no_other() -> None:
    assert Reach().refusal("localhost", "127.0.0.1") == "" and Reach().refusal("localhost", "::1") == ""
    assert Reach().refusal("localhost", "10.0.0.1") and Reach().refusal("localhost.partner.example", "127.0.0.1")


def test_the_city_allows_a_host_a_domain_and_a_net() -> None:
    reach = Reach.of(["Node.lalert.example", ".city.example", "10.20.0.0/16", "fd12::/32", "127.0.0.5"])
    for host, address in (
        ("node.lalert.example", "10.9.9.9"),
        ("node.LALERT.example.", "10.9.9.9"),
        ("mail.city.example", "192.168.3.3"),
        ("any.example", "10.20.3.4"),
        ("any.example", "::ffff:10.20.3.4"),
        ("any.example", "fd12::9"),
        ("127.0.0.5", "127.0.0.5"),
    ):
        assert reach.refusal(host, address, ()) == "", (host, address)
    for host, address in (
        ("evilcity.example", "192.168.3.3"),
        ("city.example.evil.example", "192.168.3.3"),
        ("x.node.lalert.example", "10.9.9.9"),
        ("any.example", "10.21.0.1"),
        ("any.example", "fd13::9"),
    ):
        assert reach.refusal(host, address, ()), (host, address)


@pytest.mark.parametrize(
    "word", ["", "10.0.0.1/8", "a b", "http://x.example", "x.example:80", "x.example/24", "*.example", "1.2.3"]
)
def test_a_word_that_says_nothing_is_refused(word: str) -> None:
    with pytest.raises(ValueError, match="is no host"):
        Reach.of([word])
