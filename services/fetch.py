"""Getting a document from a server that is not ours: bounded in time and size, asked only for what changed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

import aiohttp

from services.clock import wall
from services.figures import CLOCK_OFFSET
from services.outgoing.session import Outward, TooLargeError, bounded, open_session, told
from services.store.polled import Version


class FetchError(Exception):
    """It could not be had. ``wait_s`` is how long the server asked us to stay away.

    ``gone``: the server says that it is not there, which may last. ``final``: asking again is in vain.
    """

    def __init__(self, reason: str, *, wait_s: float = 0.0, gone: bool = False, final: bool = False) -> None:
        super().__init__(reason)
        self.wait_s, self.gone, self.final = wait_s, gone, final


@dataclass(frozen=True, slots=True)
class Fetched:
    """A document and its version; ``body`` is None where nothing changed."""

    body: bytes | None
    version: Version


class Fetcher:
    """One HTTP session. Redirects are not followed: what is configured is what is asked.

    ``written``: hosts that the site wrote; None where every address does. Others must be public (:mod:`.outgoing`).
    """

    def __init__(
        self,
        agent: str,
        timeout_s: float,
        headers: Mapping[str, str] | None = None,
        *,
        written: Collection[str] | None = None,
    ) -> None:
        limits = aiohttp.ClientTimeout(total=timeout_s, sock_connect=min(5.0, timeout_s))
        named = {**(headers or {}), "User-Agent": agent}
        self._session = open_session(limits, named, connector=Outward(written=written))

    async def close(self) -> None:
        await self._session.close()

    async def get(self, url: str, limit: int, known: Version | None = None) -> Fetched:
        """The document, at most ``limit`` bytes of it unpacked. Raises FetchError, whatever goes wrong."""
        known = known or Version()
        asked = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
        headers = {name: value for name, value in asked.items() if value}
        try:
            async with self._session.get(url, headers=headers, allow_redirects=False) as response:
                _look_at_clock(response)
                if response.status == 304:
                    return Fetched(None, known)
                if response.status != 200:
                    gone = 300 <= response.status < 500 and response.status not in {408, 425, 429}
                    raise FetchError(f"{url}: HTTP {response.status}", wait_s=_wait(response), gone=gone)
                body = await bounded(response, limit)
                version = Version(response.headers.get("ETag", ""), response.headers.get("Last-Modified", ""))
        except TooLargeError:
            raise FetchError(f"{url}: more than {limit} bytes", final=True) from None
        except TimeoutError:
            raise FetchError(f"{url}: no answer in time") from None
        except aiohttp.ClientError as error:
            raise FetchError(f"{url}: {told(error)}: {error}"[:300]) from error
        return Fetched(body, version)


def _look_at_clock(response: aiohttp.ClientResponse) -> None:
    """What time the server says it is, beside ours: where nothing else sets our clock, so is it noticed."""
    try:
        theirs = parsedate_to_datetime(response.headers.get("Date", ""))
    except ValueError:
        return  # it does not say
    if theirs.tzinfo is not None and "Age" not in response.headers:  # a cache tells when it was told
        CLOCK_OFFSET.labels("feeds").set((wall() - theirs).total_seconds())


def _wait(response: aiohttp.ClientResponse) -> float:
    """Retry-After in seconds; a date, or nonsense, asks for nothing."""
    text = response.headers.get("Retry-After", "")
    return float(text) if text.isdecimal() and len(text) < 6 else 0.0
