"""What each gateway may do: those of the settings, and those that `shirase gateways` registered in the store."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from feeds.topics import is_name, matches
from services.broker import rights
from services.configuration.gateways import Gateway
from services.store import gateways
from services.store.engine import Store
from services.store.gateways import Registered

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One gateway. ``status`` other than Actual makes everything it sends a drill; ``telegram`` lets it relay JMA,
    ``forecast`` foretell snow, ``watch`` tell of people who are watched over."""

    status: Status = Status.ACTUAL
    telegram: bool = False
    forecast: bool = False
    watch: bool = False
    revoked: bool = False
    allowance: float | None = None  # messages a second; None: that of everybody
    login: rights.Gateway | None = field(default=None, repr=False)  # how a broker recognises it; None: not at all


Grants = Mapping[str, Grant]


def of_settings(configured: Mapping[str, Gateway]) -> dict[str, Grant]:
    """The gateways of the settings files."""
    return {
        name: Grant(
            status=one.status,
            telegram=one.telegram,
            forecast=one.forecast,
            watch=one.watch,
            allowance=one.allowance,
            login=rights.Gateway(
                password=one.password.get_secret_value(),
                telegram=one.telegram,
                watch=one.watch,
                also=tuple(one.also),
            ),
        )
        for name, one in configured.items()
    }


def together(configured: Mapping[str, Gateway], registered: Iterable[Registered]) -> dict[str, Grant]:
    """Both. A name that stands in both is what the settings say: whoever can write them can do anything here."""
    return {**{one.name: _of_register(one) for one in registered}, **of_settings(configured)}


async def read(connection: AsyncConnection, configured: Mapping[str, Gateway]) -> dict[str, Grant]:
    """What holds at this moment."""
    return together(configured, await gateways.everyone(connection))


def owner(topic: str, grants: Grants) -> str:
    """Whose topic it is, as the broker's permissions guarantee; empty where nobody is known to own it."""
    scheme, _, rest = topic.partition(":")
    if scheme in {
        "source",
        "lalert",
        "police_mail",
        "crime_csv",
    }:  # fetched or received by ourselves: no gateway publishes there
        return rest.partition("/")[0][:64]
    levels = topic.split("/", 3)
    if levels[:2] == ["hub", "v1"] and len(levels) > 3:
        return levels[2][:64]
    if levels[0] == "owntracks" and len(levels) > 2 and is_name(levels[1]):
        return levels[1]
    return next((name for name in sorted(grants) if _may_use(grants[name], topic)), "")


def logins(grants: Grants) -> dict[str, rights.Gateway]:
    """Those that a broker lets in."""
    return {name: one.login for name, one in grants.items() if one.login and not one.revoked}


class Watch:
    """Tells ``changed`` whenever the grants are others than ``known``."""

    name = "gateways"
    EVERY = 3.0  # seconds: a command in another process rings no bell here

    def __init__(
        self,
        store: Store,
        configured: Mapping[str, Gateway],
        known: Grants,
        changed: Callable[[Grants], Awaitable[None]],
    ) -> None:
        self._store, self._configured, self._known, self._changed = store, configured, known, changed

    async def step(self) -> bool:
        """Look once; True where something had changed."""
        async with self._store.read() as connection:
            found = await read(connection, self._configured)
        if found == self._known:
            return False
        await self._changed(found)
        self._known = found
        log.info("gateways changed", let_in=sorted(logins(found)))
        return True


def _may_use(grant: Grant, topic: str) -> bool:
    return grant.login is not None and any(matches(one, topic) for one in grant.login.also)


def _of_register(one: Registered) -> Grant:
    login = rights.Gateway(
        password=one.bcrypt, digest=one.pbkdf2, telegram=one.telegram, watch=one.watch, also=one.also
    )
    return Grant(
        status=one.status,
        telegram=one.telegram,
        forecast=one.forecast,
        watch=one.watch,
        revoked=one.revoked,
        login=login,
    )
