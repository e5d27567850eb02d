"""Out of the house by apprise: one message to one address, in a thread, with an end to the waiting.

apprise blocks and is slow to load, so both happen in a thread of this outlet's own, when the first message goes out.
Its log names addresses; it is silenced, and staff are told the kind of service and the outcome alone.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Protocol
from urllib.parse import urlsplit

from pydantic import SecretStr

from services.callout.message import Message
from services.outgoing.threads import judged
from services.store.call_sends import SendState

MOST_AT_ONCE = 8
_TIMEOUT_S, _SLACK_S = 20.0, 5.0
_TALKATIVE = ("apprise", "urllib3.connectionpool", "requests", "MARKDOWN", "oauthlib", "requests_oauthlib")
_LOADING = threading.Lock()


@dataclass(frozen=True, slots=True)
class Result:
    """What became of it, in words that hold no address."""

    state: SendState
    detail: str


class Outlet(Protocol):
    """Anything that brings a message to an address."""

    async def send(self, url: SecretStr, message: Message) -> Result: ...

    def close(self) -> None: ...


class Apprise:
    """The outlet of the hub."""

    def __init__(
        self, timeout_s: float = _TIMEOUT_S, slack_s: float = _SLACK_S, threads: ThreadPoolExecutor | None = None
    ) -> None:
        self._timeout_s, self._slack_s = timeout_s, slack_s
        self._threads = threads or ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="callout")

    async def send(self, url: SecretStr, message: Message) -> Result:
        """Send once, or not at all: what waits for a thread that hangs is given up, and does not ring an hour later.

        Never raises for what the address or the network does.
        """
        work = self._threads.submit(_notify, url.get_secret_value(), message, self._timeout_s)
        waited = asyncio.wrap_future(work)
        try:
            async with asyncio.timeout(self._timeout_s + self._slack_s):
                return await asyncio.shield(waited)
        except TimeoutError:  # a thread cannot be ended; it ends with its sockets' own limits
            if work.cancel():
                return Result(SendState.FAILED, f"{kind_of(url)}：順番が来ず、送らなかった / no turn in time, not sent")
            waited.add_done_callback(_forget)
            return Result(SendState.UNKNOWN, f"{kind_of(url)}：時間切れ / no answer in time")

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


def kind_of(url: SecretStr) -> str:
    """The kind of service: all of an address that may be shown."""
    return url.get_secret_value().partition("://")[0].lower()


def readable(url: SecretStr) -> bool:
    """True where apprise knows what to do with the address. Loads apprise; the caller may wait for it."""
    library = _library()
    service = library.Apprise.instantiate(url.get_secret_value(), asset=_asset(library), suppress_exceptions=True)
    return service is not None


def _notify(url: str, message: Message, timeout_s: float) -> Result:
    """In a thread of the outlet."""
    library, kind = _library(), url.partition("://")[0].lower()
    service = library.Apprise.instantiate(url, asset=_asset(library), suppress_exceptions=True)
    if service is None:
        return Result(SendState.FAILED, f"{kind}：宛先を読めません / apprise cannot read this address")
    began = perf_counter()
    try:
        with judged(_host_of(url)) as refused:
            told = library.Apprise(service, asset=service.asset).notify(
                body=message.body,
                title=message.subject,
                body_format=library.NotifyFormat.TEXT,
                interpret_escapes=False,
                timeout=timeout_s,
            )
    except Exception as error:  # noqa: BLE001 - a plugin of many; whatever it raises, it is not known what left the house
        return Result(SendState.UNKNOWN, f"{kind}：{type(error).__name__}")
    if refused and told.status is not library.AppriseResultStatus.SUCCESS:
        return Result(SendState.FAILED, f"{kind}：市の中のアドレスへは送らない / leads into the house; see [outgoing]")
    took = f"{perf_counter() - began:.1f}秒"
    status = library.AppriseResultStatus
    outcomes = {
        status.SUCCESS: Result(SendState.SENT, f"{kind}：{took}"),
        status.PARTIAL: Result(SendState.SENT, f"{kind}：一部の宛先だけ / some of its targets only"),
        status.TIMEOUT: Result(SendState.UNKNOWN, f"{kind}：時間切れ / no answer in time"),
    }
    return outcomes.get(told.status, Result(SendState.FAILED, f"{kind}：送れません / refused or unreachable"))


def _host_of(url: str) -> str:
    """The host that an address names; empty where it names none that can be read."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _library() -> Any:
    """apprise, loaded at the first use by one thread, and kept from writing any log."""
    with _LOADING:
        import apprise
    for name in _TALKATIVE:
        talkative = logging.getLogger(name)
        talkative.disabled, talkative.propagate = True, False
    return apprise


def _asset(library: Any) -> Any:
    """No redirects to elsewhere, nothing kept on disk, no templates and no plugins but its own."""
    return library.AppriseAsset(
        app_id="Shirase",
        app_desc="しらせ",
        async_mode=False,
        http_redirects=False,
        storage_mode=library.PersistentStoreMode.MEMORY,
        allow_templates=False,
        language="en",
    )


def _forget(work: asyncio.Future[Result]) -> None:
    if not work.cancelled():
        work.exception()  # its time was over; an error is no news, and must not be told as one never retrieved
