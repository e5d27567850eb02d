"""What people do with orders: the desk orders, and writes down what contractors answer; contractors answer by link."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from rules.orders.decision import Decision, Expected, Kind, Verdict
from rules.orders.life import GIVEN, Act, ActError, Event, How, Order, State
from rules.orders.progress import is_seen
from rules.orders.proposing import facts
from rules.orders.words import STATES_JA
from services.callout.desk import announce
from services.callout.occasion import Event as CallEvent
from services.callout.occasion import Occasion
from services.callout.snow import desk_of
from services.orders.entries import count, entry, expected_entry, linked_entry
from services.orders.permission import DECIDES, objections
from services.store import chronology, decided, order_links, orders, users
from services.store.engine import Store

_LONGEST = 400  # characters of a note


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What somebody tells with an act."""

    text: str = ""
    happened_at: datetime | None = None
    vehicles: int | None = None


NOTHING = Said()


@dataclass(frozen=True, slots=True)
class Person:
    """Who acts, and by which way."""

    name: str
    how: How = How.DESK


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An order that a person gives by themselves; where a proposal of the kind stands, that one is answered."""

    status: Status
    section: str
    section_name: str
    kind: Kind
    classes: tuple[int, ...] = ()


async def do(store: Store, number: int, act: Act, person: Person, said: Said, now: datetime) -> Order:
    """One act on an order; the order after it. Raises ActError: not_found, not_allowed, state, not_yours, …"""
    async with store.write() as connection:
        order = await orders.find(connection, number)
        if order is None:
            raise ActError("not_found", f"指示 {number} はありません / there is no order {number}")
        await _may(connection, person, act, order.kind, order.section)
        event = _event(act, person, said, now)
        if act in DECIDES:
            event = replace(event, facts=await _looked_at(connection, order))
        return await _done(connection, order, event)


async def give(store: Store, wanted: Wanted, act: Act, person: Person, said: Said, now: datetime) -> Order:
    """Order, or let stand by, what no rule need have proposed: extra orders, and a person's own idea. Raises ActError.

    What the hub decided of the section at the last look is kept with it, whatever it said.
    """
    async with store.write() as connection:
        await _may(connection, person, act, wanted.kind, wanted.section)
        event = _event(act, person, said, now)
        waiting = _waiting(await orders.still_open_in(connection, wanted.status, wanted.section), wanted, event)
        told = await _decided(connection, wanted)
        event = replace(event, facts=told[0])
        if waiting is not None:
            return await _done(connection, waiting, event)
        new = Order(
            id=0,
            status=wanted.status,
            section=wanted.section,
            section_name=wanted.section_name,
            kind=wanted.kind,
            rule="",
            classes=wanted.classes,
            finish_by=told[1],
        )
        order = await orders.begin(connection, new, event)
        await _tell(connection, order, event)
        return order


def _waiting(still_open: Sequence[Order], wanted: Wanted, event: Event) -> Order | None:
    """The proposal, or the standby, that the order answers; None for a new one. Raises ActError where one for some of
    the same roads stands: of ruts, hauling and levelling only one in the same words, since these are for a place each.
    """
    mine = [one for one in still_open if one.kind is wanted.kind and one.touches(wanted.classes)]
    for one in mine:
        if one.state in GIVEN and (is_seen(one.kind) or _words(one) == event.text):
            roads = f"（道路区分 {'・'.join(map(str, one.classes))}）" if one.classes else ""
            raise ActError("standing", f"指示 {one.id}{roads}が出ています / order {one.id} has been given already")
    waiting = [one for one in mine if one.state not in GIVEN]
    exact = next((one for one in waiting if one.classes == wanted.classes), None)
    if waiting and exact is None:
        told = f"ほかの道路区分の{STATES_JA[waiting[0].state or State.PROPOSED]} {waiting[0].id} に先に答えてください"
        raise ActError("standing", f"{told} / answer {waiting[0].id}, of other classes, first")
    return exact


def _words(order: Order) -> str:
    given = order.last(Act.ORDER)
    return given.text if given else ""


async def link(
    store: Store, number: int, person: Person, now: datetime, lasts: timedelta
) -> tuple[str, datetime, Status]:
    """A token by which the contractor answers this order, until when, and whether it is a drill; links made before go
    out. Raises ActError."""
    token, until = secrets.token_urlsafe(32), now + lasts
    async with store.write() as connection:
        order = await orders.find(connection, number)
        if order is None:
            raise ActError("not_found", f"指示 {number} はありません / there is no order {number}")
        if order.state not in GIVEN:
            raise ActError("state", "指示の出ているものだけです / only for an order that has been given")
        await _may(connection, person, Act.NOTE, order.kind, order.section)
        await order_links.add(connection, number, token, until, person.name, now)
        await chronology.append(connection, [linked_entry(order, person.name, now)])
    return token, until, order.status


async def linked(connection: AsyncConnection, token: str, now: datetime) -> Order | None:
    """The order that a link answers; None for a link that does not work."""
    number = await order_links.order_of(connection, token, now)
    return None if number is None else await orders.find(connection, number)


async def _may(connection: AsyncConnection, person: Person, act: Act, kind: Kind, section: str) -> None:
    if person.how is How.LINK:
        return  # what a link may do is the life's to say
    no = objections(await users.find(connection, person.name), act, kind, section)
    if no:
        raise ActError("not_allowed", "。".join(no))


def _event(act: Act, person: Person, said: Said, now: datetime) -> Event:
    text = " ".join(said.text.split())
    if len(text) > _LONGEST:
        raise ActError("too_long", f"{_LONGEST}字までです / at most {_LONGEST} characters")
    if act is Act.NOTE and not text:
        raise ActError("empty", "内容がありません / a note without words")
    return Event(
        act=act,
        at=now,
        how=person.how,
        who=person.name,
        happened_at=said.happened_at,
        text=text,
        vehicles=said.vehicles,
    )


async def _done(connection: AsyncConnection, order: Order, event: Event) -> Order:
    after = await orders.act(connection, order, event)
    await _tell(connection, after, event)
    return after


async def _tell(connection: AsyncConnection, order: Order, event: Event) -> None:
    """The chronology; and where a contractor cannot come, the desk rings."""
    count(order, event)
    line = entry(order, event)
    await chronology.append(connection, [line] if line else [])
    if event.act is Act.REFUSE:
        await announce(connection, _refused(order, event), event.at)


def _refused(order: Order, event: Event) -> Occasion:
    return Occasion(
        key=f"order:{order.id}:refused",
        event=CallEvent.ORDER,
        status=order.status,
        level=0,
        subject=f"除雪：{order.section_name}の指示（番号 {order.id}）を、受託者が受けられないと答えました",
        subject_en=f"A contractor cannot do order {order.id}",
        detail=event.text,
        path=desk_of(order.status),
        since=event.at,
        lasting=False,
    )


async def _decided(connection: AsyncConnection, wanted: Wanted) -> tuple[dict[str, Any], datetime | None]:
    """What the last look said of the section, as facts, and until when its round should be done."""
    decision = await decided.last_look_at(connection, wanted.status, wanted.section)
    if decision is None:
        return {}, None
    return facts(decision, _verdict(decision, wanted.kind)), decision.finish_at


async def _looked_at(connection: AsyncConnection, order: Order) -> dict[str, Any]:
    """What the last look said of what the order is for, to whoever decides; nothing where nobody looks any more."""
    decision = await decided.last_look_at(connection, order.status, order.section)
    if decision is None:
        return {}
    own = next((one for one in decision.verdicts if order.rule == one.rule and one.kind is order.kind), None)
    return facts(decision, own or _verdict(decision, order.kind))


def _verdict(decision: Decision, kind: Kind) -> Verdict:
    return next((one for one in decision.verdicts if one.kind is kind), decision.main)


def may_answer(order: Order) -> bool:
    """True while a contractor's answer can still change anything."""
    return order.state in GIVEN or order.state is State.FINISHED


async def expect(store: Store, status: Status, section: str, one: Expected, person: Person) -> None:
    """Note a forecast in the person's name; an empty section stands for every one."""
    async with store.write() as connection:
        await decided.expect(connection, status, section, one, person.name)
        await chronology.append(connection, [expected_entry(status, section, one, person.name)])
