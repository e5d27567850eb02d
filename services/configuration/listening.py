"""``[listening]`` of the settings: whose public posts are listened to, what that may cost, how long leads are kept."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from feeds.status import Status
from services.channels.http import Base, Token, encrypted


def _socket(address: str) -> str:
    """``wss://``, or ``ws://`` on this machine. Raises ValueError with the cure."""
    scheme, colon, rest = address.partition("://")
    if scheme not in ("ws", "wss") or not colon:
        raise ValueError("url must look like wss://host/subscribe")
    encrypted(f"http{'s' if scheme == 'wss' else ''}://{rest}")
    return address.rstrip("/")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    own: tuple[str, ...] = ()  # the city's accounts: what they write, and answers to them, is no lead
    timeout_s: float = Field(default=20, ge=1, le=60)


class XSearch(_Part):
    """Recent search. A read is one post that X gives back; every one is paid for, so the limits have no default."""

    bearer: Token  # app-only, of the city's developer account
    reads_a_month: int = Field(ge=10)
    reads_an_hour: int = Field(default=60, ge=10)
    urgent_reads_an_hour: int = Field(default=400, ge=10)  # while the hub's own situation is at `urgent_level`
    reserve: float = Field(default=0.5, ge=0, le=0.9)  # share of the month that only such hours may use
    price: Decimal = Field(default=Decimal("0.005"), ge=0)  # of a read
    currency: str = Field(default="USD", pattern=r"^[A-Z]{3}$")
    every_s: float = Field(default=900, ge=60, le=86_400)
    urgent_every_s: float = Field(default=120, ge=30, le=3600)
    query_length: Literal[512, 1024, 4096] = 512  # characters that the account may ask with
    base_url: Base = "https://api.x.com"


class MastodonStream(_Part):
    """One server: what it knows of public posts, or of some hashtags."""

    url: Base
    token: Token  # scope read:statuses
    streaming_url: Base = ""  # where the server streams from another host
    tags: Annotated[tuple[str, ...], Field(max_length=4)] = ()  # each is a connection; none: all public posts

    @model_validator(mode="after")
    def _bare_tags(self) -> Self:
        if bad := [tag for tag in self.tags if not tag or not all(one.isalnum() or one == "_" for one in tag)]:
            raise ValueError(f"tags: {bad[0]!r} is no hashtag; write it without #")
        return self

    @property
    def streams_from(self) -> str:
        return self.streaming_url or self.url


class BlueskyStream(_Part):
    """A Jetstream server; it needs no account. ``own``: DIDs."""

    url: Annotated[str, AfterValidator(_socket)] = "wss://jetstream2.us-east.bsky.network/subscribe"


class Listening(BaseModel):
    """Nothing is listened to where no provider is named."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kept_hours: int = Field(default=48, ge=1, le=168)
    x_kept_hours: int = Field(default=24, ge=1, le=24)  # X wants deleted posts gone within a day: ours all are
    gap_minutes: int = Field(default=30, ge=5, le=180)  # a longer silence parts two clusters
    urgent_level: int = Field(default=2, ge=1, le=5)
    status: Status = Status.ACTUAL  # other than Actual for stand-ins
    x: XSearch | None = None
    mastodon: MastodonStream | None = None
    bluesky: BlueskyStream | None = None

    @property
    def kept(self) -> timedelta:
        return timedelta(hours=self.kept_hours)

    @property
    def x_kept(self) -> timedelta:
        return min(self.kept, timedelta(hours=self.x_kept_hours))

    @property
    def gap(self) -> timedelta:
        return timedelta(minutes=self.gap_minutes)

    @property
    def sources(self) -> tuple[str, ...]:
        """The names of what is listened to, in the order in which it is told."""
        tags = (self.mastodon.tags or ("",)) if self.mastodon else ()
        found = ["x"] if self.x else []
        found += [f"mastodon:{tag}" if tag else "mastodon" for tag in tags]
        return tuple([*found, "bluesky"] if self.bluesky else found)
