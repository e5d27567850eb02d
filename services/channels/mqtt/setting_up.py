"""MQTT out in a house: on which broker, and the loop that keeps the hazards there as the store is."""

from __future__ import annotations

from services.broker.login import COMMON_ID, Login
from services.channels.mqtt.channel import Mqtt
from services.channels.mqtt.hazards import PublicHazards
from services.configuration.gateways import Broker
from services.house import House, leased
from services.loop import Loop
from services.web.api.viewer import Viewer


async def set_up(house: House, channel: Mqtt) -> None:
    """Let the channel publish on the hub's broker, unless its settings name another, and publish the hazards there.

    The hazards by one process at a time: two, each with its own minute, would correct each other without end.
    """
    city = house.settings.broker
    channel.on(house.login or (city_login(city) if city else None))
    if channel.board is None or not channel.hazards:
        return
    viewer = Viewer.public(house.settings.public_exercise, house.settings.public_forecasts)
    told = PublicHazards(house.store, house.clock, channel.board, viewer)
    once = await house.once(told.name)
    step = leased(once, told.step)
    house.repeat(Loop(told.name, step, house.bell.listen(), lambda: told.EVERY, again=True, rest=told.REST))


def city_login(city: Broker) -> Login:
    """The hub at the city's broker; under the common name, unless the settings have another."""
    return Login(
        host=city.host,
        port=city.port,
        client_id=city.client_id or COMMON_ID,
        user=city.username,
        password=city.password.get_secret_value(),
        protocol=city.protocol,
        ca=city.ca,
        certificate=city.certificate,
        key=city.key,
        others=tuple((host, int(port)) for host, _, port in (one.rpartition(":") for one in city.nodes)),
    )
