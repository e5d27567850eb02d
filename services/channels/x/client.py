"""The two calls we make to X, through tweepy, with time limits of our own.

tweepy opens a session with a five-minute limit for each call unless it is given one, follows redirects (which would
turn a post into a GET), and writes signed headers to its debug log, as does the library that signs. All of that ends
here.
"""

from __future__ import annotations

import html
import logging
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import aiohttp
import regex
import yarl
from pydantic import BaseModel, ConfigDict, Field, SecretStr
from tweepy.asynchronous import AsyncClient

from services.channels.channel import Told
from services.channels.x.verdict import limits
from services.channels.x.weight import URL
from services.outgoing.session import Outward, open_session

for _chatty in ("tweepy", "oauthlib"):  # their DEBUG lines carry keys and signatures
    logging.getLogger(_chatty).setLevel(logging.INFO)

_PAGES = 5  # of a hundred posts: more than an account posts within the life of one alert
_SHORT_LINK = regex.compile(r"https?://t\.co/\w+")


class Secrets(BaseModel):
    """The four secrets of one account (OAuth 1.0a, user context), as the developer portal shows them."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    consumer_key: SecretStr
    consumer_secret: SecretStr
    access_token: SecretStr = Field(description="begins with the account's number and a hyphen")
    access_token_secret: SecretStr


@dataclass(frozen=True, slots=True)
class Posted:
    """A post found on the own timeline."""

    id: str
    text: str


class Client:
    """Posts and reads back. Raises what tweepy and aiohttp raise; :mod:`services.channels.x.verdict` reads that."""

    def __init__(self, secrets: Secrets, base_url: str, timeout_s: float) -> None:
        self._door = _Door(base_url, timeout_s)
        self._user = secrets.access_token.get_secret_value().partition("-")[0]
        self._api: Any = AsyncClient(
            consumer_key=secrets.consumer_key.get_secret_value(),
            consumer_secret=secrets.consumer_secret.get_secret_value(),
            access_token=secrets.access_token.get_secret_value(),
            access_token_secret=secrets.access_token_secret.get_secret_value(),
            return_type=dict,
        )
        self._api.session = self._door

    async def post(self, text: str, reply_to: str) -> str:
        """The id of the new post. What X says of its limits, whatever the answer, is in ``limits`` afterwards."""
        self._door.headers = {}
        answer = await self._api.create_tweet(text=text, in_reply_to_tweet_id=reply_to or None)
        return str(answer["data"]["id"])

    @property
    def limits(self) -> tuple[Told, ...]:
        """What the last answer told of the limits; empty where it told nothing."""
        return limits(self._door.headers)

    async def timeline(self, since: datetime | None) -> list[Posted]:
        """The own posts since then (None: as far back as a few pages reach), newest first."""
        found: list[Posted] = []
        token: str | None = None
        for _ in range(_PAGES):
            page = await self._api.get_users_tweets(
                self._user, start_time=since, max_results=100, pagination_token=token, user_auth=True
            )
            found += [Posted(str(post["id"]), post["text"]) for post in page.get("data", [])]
            token = page.get("meta", {}).get("next_token")
            if not token:
                break
        return found

    async def close(self) -> None:
        await self._door.close()


class _Door:
    """What tweepy takes for an aiohttp session: opened late, never following redirects, pointed elsewhere in a drill.

    tweepy signs for its own fixed address, so a stand-in has to verify the signature for that address too.
    """

    def __init__(self, base_url: str, timeout_s: float) -> None:
        self._base = base_url.rstrip("/")
        self._timeout_s = timeout_s
        self._session: aiohttp.ClientSession | None = None
        self.headers: Mapping[str, str] = {}  # of the last answer: tweepy keeps them to itself

    def request(self, method: str, url: Any, **options: Any) -> Any:
        if self._session is None or self._session.closed:
            self._session = open_session(
                aiohttp.ClientTimeout(total=self._timeout_s, connect=self._timeout_s / 2),
                # Posts are rare: a connection kept since the last one is likely dead, and its death while we write
                # would leave us not knowing what became of the post.
                connector=Outward(force_close=True),
                traces=[self._listening()],
            )
        address = yarl.URL(url, encoded=True) if isinstance(url, str) else url
        if self._base:
            address = yarl.URL(self._base + address.raw_path_qs, encoded=True)
        return self._session.request(method, address, allow_redirects=False, **options)

    def _listening(self) -> aiohttp.TraceConfig:
        async def heard(_session: Any, _context: Any, ended: aiohttp.TraceRequestEndParams) -> None:
            if ended.method == "POST":
                self.headers = ended.response.headers

        listening = aiohttp.TraceConfig()
        listening.on_request_end.append(heard)
        return listening

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


def same_text(text: str) -> str:
    """A text as it compares: X shortens links, escapes ``&<>`` in what it gives back, and trims white space."""
    text = URL.sub("\N{LINK SYMBOL}", _SHORT_LINK.sub("\N{LINK SYMBOL}", html.unescape(text)))
    return " ".join(unicodedata.normalize("NFC", text).split())
