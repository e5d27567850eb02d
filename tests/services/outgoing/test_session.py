"""Lines out of the house: a real name server, real servers, and every way we know of to be led inside."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import aiohttp
import pytest
from aiohttp import web

from services.channels.channel import Outcome, Verdict
from services.channels.http import Answer, Door
from services.fetch import Fetcher, FetchError
from services.outgoing.dial import dial
from services.outgoing.reach import Reach, RefusedError, open_to
from services.outgoing.session import Outward, bounded, open_session, strange, told
from tests.fakes.dns import FakeDns, Resolver
from tests.fakes.served import Served

pytestmark = pytest.mark.one_engine

LIMITS = aiohttp.ClientTimeout(total=5)


class Secrets(Served):
    """What stands inside: nobody from outside is to see it."""

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/", self._tell), web.get("/on", self._send_on), web.get("/much", self._much)]

    async def _tell(self, request: web.Request) -> web.Response:
        return web.Response(text="the secrets of the house")

    async def _send_on(self, request: web.Request) -> web.Response:
        raise web.HTTPFound(request.query["to"])

    async def _much(self, request: web.Request) -> web.Response:
        answer = web.Response(body=b"\0" * 1_000_000)
        answer.enable_compression(web.ContentCoding.gzip)
        return answer

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    open_to(Reach())


@pytest.fixture
async def inside() -> AsyncIterator[Secrets]:
    server = Secrets()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def names() -> AsyncIterator[FakeDns]:
    server = FakeDns()
    await server.start()
    yield server
    server.stop()


async def refused(session: aiohttp.ClientSession, url: str, **options: bool) -> str:
    """Why the call was refused; fails where it was answered."""
    with pytest.raises(aiohttp.ClientError) as found:
        async with session.get(url, **options):
            pass
    return told(found.value)


async def test_a_name_that_leads_inside_is_not_called(inside: Secrets, names: FakeDns) -> None:
    names.say("partner.example", ["127.0.0.1"])
    async with open_session(LIMITS, connector=Outward(asks=Resolver(names.port))) as session:
        why = await refused(session, f"http://partner.example:{inside.port}/")
    assert "leads to 127.0.0.1" in why and 'allow = ["partner.example"]' in why and inside.requests == []


async def test_a_name_that_moves_after_it_was_judged_is_judged_again(inside: Secrets, names: FakeDns) -> None:
    names.say("rebind.example", ["127.0.0.1"], ["127.0.0.2"])
    open_to(Reach.of(["127.0.0.1"]))
    connector = Outward(asks=Resolver(names.port), force_close=True)
    async with open_session(LIMITS, connector=connector) as session:
        async with session.get(f"http://rebind.example:{inside.port}/") as answer:
            assert await answer.text() == "the secrets of the house"
        connector.clear_dns_cache()  # its ten seconds are over
        assert "leads to 127.0.0.2" in await refused(session, f"http://rebind.example:{inside.port}/")
    assert len(inside.requests) == 1


async def test_what_was_judged_is_what_is_connected_to(inside: Secrets, names: FakeDns) -> None:
    """One question for each connection: between judging and connecting nobody asks again."""
    names.say("once.example", ["127.0.0.1"], ["127.0.0.2"])
    open_to(Reach.of(["once.example"]))
    connector, url = Outward(asks=Resolver(names.port)), f"http://once.example:{inside.port}/"
    async with open_session(LIMITS, connector=connector) as session, session.get(url) as answer:
        assert answer.status == 200
    assert names.asked == ["once.example"]


async def test_of_several_answers_only_the_public_ones_are_tried(names: FakeDns) -> None:
    names.say("both.example", ["127.0.0.1", "8.8.8.8", "10.0.0.9"])
    connector = Outward(asks=Resolver(names.port))
    found = await connector._resolver.resolve("both.example", 80)
    await connector.close()
    assert [one["host"] for one in found] == ["8.8.8.8"]


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "127.0.0.1.", "[::1]", "[::ffff:127.0.0.1]",
     "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "localhost", "LOCALHOST", "localhost.",
     "①②⑦.⓪.⓪.①", "127。0。0。1", "0.0.0.0", "partner.example@127.0.0.1", "partner.example:80@[::1]"],
)  # fmt: skip
async def test_no_way_of_writing_it_leads_inside(inside: Secrets, host: str) -> None:
    url = f"http://{host}:{inside.port}/"
    async with open_session(LIMITS, connector=Outward(written={"feed.example"})) as session:
        with pytest.raises((aiohttp.ClientError, ValueError)):
            await session.get(url)
    assert inside.requests == []


async def test_others_may_name_neither_ports_nor_schemes_nor_users(inside: Secrets) -> None:
    async with open_session(LIMITS, connector=Outward(written=())) as session:
        assert "port 80 or 443" in await refused(session, "http://8.8.8.8:6379/")
        for url in ("ftp://8.8.8.8/", "file:///etc/passwd", "unix:///run/docker.sock", "gopher://127.0.0.1/"):
            with pytest.raises((aiohttp.ClientError, ValueError)):
                await session.get(url)
    assert strange("json://10.0.0.1/x") and strange("mailto://localhost") and strange("json://[::1]:80/")
    assert strange("json://2130706433/") and strange("json://u:p@127.0.0.1/") and strange("json://[::1/")
    assert strange("slack://T1/B2/x") == "" and strange("json://chat.example/") == ""


async def test_a_redirect_is_not_followed_and_where_it_would_be_is_judged(inside: Secrets, names: FakeDns) -> None:
    names.say("partner.example", ["127.0.0.1"])
    open_to(Reach.of(["partner.example"]))
    url = f"http://partner.example:{inside.port}/on"
    async with open_session(
        LIMITS, connector=Outward(written={"partner.example"}, asks=Resolver(names.port))
    ) as session:
        async with session.get(url, params={"to": inside.url}, allow_redirects=False) as answer:
            assert answer.status == 302
        with pytest.raises(aiohttp.ClientConnectorError, match=r"127\.0\.0\.1"):
            await session.get(url, params={"to": inside.url})
    assert inside.requests == ["GET /on", "GET /on"]


async def test_every_caller_of_the_hub_stops_at_a_redirect(inside: Secrets) -> None:
    url = f"{inside.url}/on?to={inside.url}/"
    door, fetcher = Door(5.0), Fetcher("tests", 5.0)
    try:
        answer = await door.call("GET", url)
        assert isinstance(answer, Answer) and answer.status == 302
        with pytest.raises(FetchError, match="HTTP 302"):
            await fetcher.get(url, 1000)
    finally:
        await door.close()
        await fetcher.close()
    assert inside.requests == ["GET /on"] * 2


async def test_staff_read_why_a_channel_calls_nobody(names: FakeDns) -> None:
    door = Door(5.0)
    try:
        said = await door.call("POST", "https://169.254.169.254/latest")
    finally:
        await door.close()
    assert isinstance(said, Outcome) and said.verdict is Verdict.LATER
    assert "169.254.169.254 is no public address" in said.detail and "[outgoing]" in said.detail


async def test_an_answer_that_unpacks_without_end_is_cut_off(inside: Secrets) -> None:
    fetcher = Fetcher("tests", 5.0)
    async with open_session(LIMITS) as session, session.get(f"{inside.url}/much") as answer:
        assert len(await bounded(answer, 2_000_000)) == 1_000_000
    try:
        with pytest.raises(FetchError, match="more than 65536 bytes") as found:
            await fetcher.get(f"{inside.url}/much", 65_536)
    finally:
        await fetcher.close()
    assert found.value.final


async def test_a_plain_line_is_judged_too(inside: Secrets) -> None:
    (await dial("127.0.0.1", inside.port, 5)).close()
    (await dial("localhost", inside.port, 5)).close()
    for host in ("127.1", "2130706433", "169.254.169.254"):
        with pytest.raises(RefusedError, match="no public address"):
            await dial(host, inside.port, 5)
    with pytest.raises(OSError, match=r"127\.0\.0\.1"):
        await dial("127.0.0.1", 9, 5)
