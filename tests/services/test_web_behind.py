"""Whose address counts where proxies stand in front, and what a stranger may write without being believed."""

from __future__ import annotations

import pytest
from multidict import CIMultiDict

from services.settings import Web
from services.store.engine import Store
from services.web.behind import Proxies, plain
from tests.services.web_floor import floor

pytestmark = pytest.mark.one_engine
ONE = Proxies()
NAMED = Proxies.of(["10.0.0.1", "10.0.1.0/24", "fd00::/64"])


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "asker"),
    [
        (ONE, "127.0.0.1", ["8.8.8.8"], "8.8.8.8"),
        (ONE, "172.18.0.2", ["1.1.1.1, 8.8.8.8"], "8.8.8.8"),  # what came with the request is nobody's word
        (ONE, "127.0.0.1", ["1.1.1.1", "8.8.8.8"], "8.8.8.8"),  # HAProxy adds a header of its own
        (ONE, "127.0.0.1", ["1.1.1.1", ""], "127.0.0.1"),
        (ONE, "127.0.0.1", ["8.8.8.8, 10.0.0.5"], "10.0.0.5"),  # an officer inside may write what he likes before it
        (ONE, "127.0.0.1", [], "127.0.0.1"),
        (ONE, "9.9.9.9", ["10.0.0.5"], "9.9.9.9"),  # past the proxy, from the internet
        (ONE, "127.0.0.1", ["unknown"], "127.0.0.1"),
        (ONE, "127.0.0.1", ["_hidden, 8.8.8.8:51234"], "8.8.8.8"),
        (ONE, "127.0.0.1", ["[2001:db8::1]:443"], "2001:db8::1"),
        (ONE, "::1", ["::ffff:8.8.8.8"], "8.8.8.8"),
        (NAMED, "10.0.0.1", ["1.1.1.1, 8.8.8.8, 10.0.1.7"], "8.8.8.8"),  # two in a row
        (NAMED, "10.0.0.1", ["10.0.1.7"], "10.0.1.7"),
        (NAMED, "fd00::9", ["8.8.8.8"], "8.8.8.8"),
        (NAMED, "127.0.0.1", ["8.8.8.8"], "127.0.0.1"),  # not named: it is who asks
        (NAMED, "10.0.2.1", ["8.8.8.8"], "10.0.2.1"),
        (NAMED, "10.0.0.1", ["8.8.8.8, <script>, 10.0.1.7"], "10.0.1.7"),
    ],
)
def test_the_last_that_no_proxy_of_ours_wrote_asks(
    proxies: Proxies, peer: str, forwarded: list[str], asker: str
) -> None:
    assert proxies.asker(peer, forwarded) == asker


def test_an_endless_chain_is_no_work() -> None:
    assert NAMED.asker("10.0.0.1", [", ".join(["10.0.1.7"] * 100_000)]) == "10.0.1.7"


@pytest.mark.parametrize("told", ["", "x", "1.2.3", "1.2.3.4.5", "[1.2.3.4", "1.2.3.4:999999", "::1::", "a" * 10_000])
def test_what_is_no_address_is_none(told: str) -> None:
    assert plain(told) == ""


def test_without_a_proxy_nobody_is_believed() -> None:
    assert Web().behind is None
    assert Web.model_validate({"https": True, "proxies": ["10.0.0.1", "10.0.1.0/24", "fd00::/64"]}).behind == NAMED


async def test_the_pages_ask_the_chain_and_no_single_header(store: Store) -> None:
    """Metrics are for the house: whoever wrote himself an address of the house first gets none."""
    async with floor(store, https=True, proxies=ONE) as running:
        stranger = await running.visitor()

        async def status(*forwarded: str) -> int:
            headers = CIMultiDict([("X-Forwarded-For", one) for one in forwarded])
            return (await stranger.get("/metrics", headers=headers))[0]

        assert [await status("10.0.0.9", "8.8.8.8"), await status("10.0.0.9, 8.8.8.8"), await status()] == [
            403,
            403,
            200,
        ]
    async with floor(store) as running:
        near = await running.visitor()
        assert (await near.get("/metrics"))[0] == 200
        for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP"):  # of a proxy that the settings know nothing of
            assert (await near.get("/metrics", headers={name: "127.0.0.1"}))[0] == 403, "it may ask for anybody"
