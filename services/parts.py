"""The services, each set up in a house. Every loop also polls: a lost ring costs seconds, never work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from time import monotonic

from feeds.feed import Feed
from feeds.mapped import SCHEME, Mapped
from feeds.mapping import MappingError, Mappings
from feeds.registry import by_name, feeds_with, for_message, topic_filters
from feeds.status import Status
from geo.catchment import shares, whole
from geo.registry import BY_GAUGE, MODELS
from services import adoption, grants, snow
from services.adoption import Stations
from services.answers import Answers
from services.broker.config import check_filters
from services.broker.embedded import EmbeddedBroker
from services.channels import tidy
from services.channels.budget.quota import Quota
from services.channels.channel import Metered
from services.channels.keeping import Keeper
from services.channels.mqtt import setting_up as mqtt
from services.channels.mqtt.channel import Mqtt
from services.city import StartError
from services.clock import wall
from services.configuration.sources import Source as SourceSettings
from services.deliver import Deliver
from services.disk import Disk
from services.dumps.announced import Announced
from services.dumps.sites import sites_of
from services.evaluate import Evaluate
from services.fetch import Fetcher
from services.history import History
from services.house import House, leased
from services.ingest import Ingest
from services.lookout import Lookout
from services.loop import Loop
from services.mappings import load_mappings
from services.meeting import meet
from services.outage.watch import Watch as Outages
from services.poll import Poll
from services.predict import Predict
from services.reports import running as reports
from services.residents import parts as residents
from services.river_model import RiverFile
from services.selftest.message import test_alert
from services.selftest.monthly import Monthly
from services.selftest.schedule import scheduled
from services.source import Source
from services.store import answered, line_events, photos
from services.store.leases import LEASE
from services.store.pieces import forget
from services.store.stations import Adopted
from services.verify import Verify
from services.verify_river import VerifyRiver
from services.watch.taking import Taking


@dataclass(frozen=True, slots=True)
class WayIn:
    """The ingest loop, and the broker where it is our own."""

    ingest: Ingest
    broker: EmbeddedBroker | None
    disk: Disk


async def poll(house: House) -> Poll | None:
    """The poller of official telegrams, where the settings want one."""
    wanted = house.settings.poll
    if wanted is None:
        return None
    once = await house.once(Poll.name)
    fetcher = Fetcher(f"shirase (+{house.settings.city.web})", wanted.timeout_s)
    house.stack.push_async_callback(fetcher.close)
    asker = Poll(once, house.bell, house.clock, wanted, fetcher)
    often = LEASE.total_seconds() / 3  # lest another process take over between two feeds
    house.repeat(
        Loop(Poll.name, leased(once, asker.step), house.bell.listen(), lambda: max(1.0, min(often, asker.pace())))
    )
    return asker


async def sources(house: House) -> Sequence[Source]:
    """A loop for each web API of the settings, so that one that hangs never holds the others."""
    feeds = feeds_with(city_mappings(house.settings.profile)) if house.settings.sources else ()
    return [await _source(house, one, feeds) for one in house.settings.sources]


async def _source(house: House, wanted: SourceSettings, feeds: Sequence[Feed]) -> Source:
    feed = by_name(wanted.name, feeds)
    if not isinstance(feed, Mapped):
        where = house.settings.profile / "mappings"
        raise StartError(f"sources: {wanted.name} needs a [[message]] of this name in {where}")
    secrets = {name: value.get_secret_value() for name, value in wanted.headers.items()}
    fetcher = Fetcher(f"shirase (+{house.settings.city.web})", wanted.timeout_s, secrets)
    house.stack.push_async_callback(fetcher.close)
    once = await house.once(f"{SCHEME}{wanted.name}")
    source = Source(
        store=once,
        bell=house.bell,
        clock=house.clock,
        settings=wanted,
        feed=feed,
        fetcher=fetcher,
        history=History(await house.stations()),
    )
    often = LEASE.total_seconds() / 3
    house.repeat(Loop(source.name, leased(once, source.step), house.bell.listen(), lambda: min(often, source.pace())))
    return source


async def ingest(house: House, *, stays: bool = True) -> WayIn:
    """Our own broker or the city's, the client on it, and the loop from there to the store.

    ``stays``: it has a session that keeps at the broker what comes while it is away; else it only listens in passing.
    """
    settings, stack = house.settings, house.stack
    async with house.store.read() as connection:
        known = await grants.read(connection, settings.gateways)
    broker = None
    if settings.broker is None:
        broker = EmbeddedBroker(settings.data_dir, gateways=grants.logins(known))
    mappings = city_mappings(settings.profile)
    feeds = feeds_with(mappings)
    filters = (*Ingest.FILTERS, *topic_filters(feeds))
    door = await meet(house, broker, filters, stays=stays)
    feed_for = partial(for_message, among=feeds)
    loop = Ingest(house.store, house.bell, door, known, feed_for=feed_for, flood=settings.flood)
    loop.history.gauges, loop.watched = await house.stations(), Taking.of(settings)
    if settings.broker and settings.broker.several:
        loop.answers.once = await house.once(Answers.name)
    await door.start()
    stack.push_async_callback(door.stop)
    await loop.start()
    stack.push_async_callback(loop.stop)

    async def changed(found: grants.Grants) -> None:
        loop.know(found)
        if broker:
            await broker.reload(grants.logins(found))

    await _hear_of_words(house, loop, mappings)
    lookout = Lookout(house.store, door, loop.vitals, lambda: loop.grants)
    house.repeat(Loop(lookout.name, lookout.step, house.bell.listen(), lambda: lookout.EVERY))
    canary = loop.canary
    house.repeat(Loop(canary.name, canary.step, house.bell.listen(), lambda: canary.pace))
    watch = grants.Watch(house.store, settings.gateways, known, changed)
    house.repeat(Loop(watch.name, watch.step, house.bell.listen(), lambda: watch.EVERY))
    disk = Disk(settings.data_dir, broker, monotonic)
    house.repeat(Loop(disk.name, disk.step, house.bell.listen(), lambda: disk.EVERY))
    return WayIn(loop, broker, disk)


async def _hear_of_words(house: House, loop: Ingest, mappings: Mappings) -> None:
    """Decode by what staff say a device's words mean, from the start and from then on."""

    def changed(found: list[Adopted]) -> None:
        feeds = feeds_with(mappings, adoption.words(found))
        loop.read_with(partial(for_message, among=feeds))

    watch = adoption.Watch("words", house.store, changed)
    await watch.step()
    house.repeat(Loop(watch.name, watch.step, house.bell.listen("stations"), lambda: watch.EVERY))


async def predict(house: House) -> Sequence[Predict]:
    """Records to hazards, whole or in pieces, and afterwards hazards beside what came of them."""
    ground, roads = (await house.city()).ground, await house.roads()
    pieces, sharing = [whole(Predict.name, MODELS)], None
    if house.settings.predict.by_catchment:
        of_profile = ground.stations.of_profile if isinstance(ground.stations, Stations) else ground.stations
        pieces = shares(Predict.name, MODELS, BY_GAUGE, of_profile)
        sharing = house.sharing("predict", [one.name for one in pieces])
    async with house.store.write() as connection:
        await forget(connection, Predict.name, [one.name for one in pieces], wall())
    seers, judges = [], [_judge_of(status) for status in Status]
    for piece in pieces:
        once = await house.once(piece.name, sharing)
        seer = Predict(once, house.bell, house.clock, ground, piece, RiverFile.of(house.settings))
        seer.announced = Announced(sites_of(roads, house.settings.plow))
        listen = house.bell.listen("records")
        step = leased(once, seer.step)
        house.repeat(Loop(seer.name, step, listen, house.pace, share=seer.inflow.share, quick=0.012, after=judges))
        seers.append(seer)
    await snow.run(house, roads)
    await _verify(house)
    return seers


async def _verify(house: House) -> None:
    """What came of what was foreseen. Loops of their own: they may be slow, the hazards may not."""
    ground, kept = (await house.city()).ground, house.settings.skill.kept
    once = await house.once(Verify.name)
    judge = Verify(once, house.clock, ground, MODELS, kept)
    house.repeat(Loop(Verify.name, leased(once, judge.step), house.bell.listen(), lambda: judge.EVERY, again=True))
    own = await house.once(VerifyRiver.name)
    river = VerifyRiver(own, house.clock, ground)
    house.repeat(Loop(VerifyRiver.name, leased(own, river.step), house.bell.listen(), lambda: river.EVERY, again=True))


async def evaluate(house: House) -> Evaluate:
    """Hazards to alerts; a loop for each status, so that what fails in a drill never slows the real thing."""
    once = await house.once(Evaluate.name)
    judge = Evaluate(once, house.bell, house.clock, await house.city())
    for status in Status:
        step = leased(once, partial(judge.step, (status,)))
        house.repeat(Loop(_judge_of(status), step, house.bell.listen(f"hazards:{status}"), house.pace))
    await reports.run(house)
    return judge


def _judge_of(status: Status) -> str:
    return f"{Evaluate.name}:{status}"


async def deliver(house: House) -> None:
    """Alerts to the outside; a loop for each channel, so that one that hangs never holds the others."""
    city, once = await house.city(), await house.once(Outages.name)
    back = timedelta(0) if house.settings.exercise else Outages.BACK
    watch = Outages(once, house.bell, house.clock, back)
    house.repeat(Loop(watch.name, leased(once, watch.step), house.bell.listen(), lambda: watch.EVERY))
    await residents.serve(house)
    sharing = house.sharing("deliver", [Deliver.name_of(channel) for channel in city.channels.values()])
    for channel in city.channels.values():
        if isinstance(channel, Mqtt):
            await mqtt.set_up(house, channel)
        sender = Deliver(house.store, house.bell, house.clock, channel, meter=city.meters.get(channel.name))
        sender.once = await house.once(sender.name, sharing) if house.store.shared else None
        sender.wake = house.bell.listen(f"outbox:{channel.name}")
        step = await tidy.set_up(house, channel, sender.step) if isinstance(channel, Keeper) else sender.step
        house.repeat(Loop(sender.name, step, sender.wake, house.pace, again=True))
        if isinstance(channel, Metered):
            asker = Quota(house.store, channel, channel.name)
            house.repeat(Loop(asker.name, asker.step, house.bell.listen(), lambda: Quota.EVERY))


async def selftest(house: House) -> Monthly | None:
    """Trying every channel by itself; never in an exercise, whose channels are stand-ins."""
    every, channels = scheduled(house.settings.selftest.every_days, (await house.city()).channels)
    if not every or house.settings.exercise:
        return None
    once, message = await house.once(Monthly.name), partial(test_alert, house.settings.city)
    loop = Monthly(once, house.bell, house.clock, channels, message, every)
    house.repeat(Loop(loop.name, leased(once, loop.step), house.bell.listen(), lambda: loop.EVERY))
    return loop


def sweep(house: House) -> None:
    """Delete on time what is kept for hours or days only; the rest is :mod:`services.retention`."""

    async def step() -> bool:
        async with house.store.write() as connection:
            await answered.forget(connection, wall())
            await line_events.forget(connection, wall())
            return bool(await photos.forget(connection, wall()))

    house.repeat(Loop("sweep", step, house.bell.listen(), lambda: 600.0))


def city_mappings(profile: Path) -> Mappings:
    """The city's mappings. Raises StartError."""
    try:
        found = load_mappings(profile)
        check_filters((*Ingest.FILTERS, *topic_filters(feeds_with(found))))
    except (MappingError, ValueError) as error:
        raise StartError(str(error)) from error
    return found
