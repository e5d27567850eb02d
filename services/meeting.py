"""At which broker the hub takes messages in, and by which name: our own or the city's, to stay or in passing."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace

from services.broker.door import Door
from services.broker.doors import door_of
from services.broker.embedded import EmbeddedBroker
from services.broker.heir import Heir
from services.broker.login import Login
from services.broker.named import former, kept_name
from services.channels.mqtt.setting_up import city_login
from services.configuration.gateways import Door as Kind
from services.house import House

_KEPT, _MARKER = "broker-client-id", "broker-session"  # of the data directory: our name, and the session we had


async def meet(house: House, own: EmbeddedBroker | None, filters: Sequence[str], *, stays: bool) -> Door:
    """The door, not started; the house knows the login from here on. ``own``: our broker, which is started here.

    ``stays``: by a name whose session keeps what comes while we are away; else by one of the moment.
    """
    settings = house.settings
    city, marker, now = settings.broker, settings.data_dir / _MARKER, house.clock.now
    if own:
        login = await _at_our_own(house, own)
    else:
        assert city is not None
        login = city_login(city)
    before = ""
    if not stays:
        login = replace(login, client_id=f"shirase-passing-{secrets.token_hex(8)}", durable=False)
    elif city and city.door is Kind.SESSION and not city.client_id:
        before, login = former(marker), replace(login, client_id=kept_name(settings.data_dir / _KEPT))
    house.login = login
    if before not in {"", login.client_id}:
        return Heir(login, filters, former=replace(login, client_id=before), marker=marker, now=now)
    return door_of(city, login, filters, marker=marker, now=now)


async def _at_our_own(house: House, own: EmbeddedBroker) -> Login:
    access = await own.start()
    house.stack.push_async_callback(own.stop)
    return Login(
        host=access.host, port=access.port, client_id=access.session, user=access.user, password=access.password
    )
