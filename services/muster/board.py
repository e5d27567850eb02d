"""One muster with everybody in it, in clear: for the board, the files and the API of those who may see it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from rules.muster.answer import Answer, answer_of
from rules.muster.tally import Asked, Count, counted
from services.keyring import KeyringError
from services.muster import answers, directory
from services.muster.desk import MusterError, found, log_entered
from services.muster.seal import Seal
from services.store import muster_people, muster_sends, musters, staff
from services.store.engine import Store
from services.store.muster_people import Place
from services.store.muster_sends import SendState
from services.store.musters import Look, Muster, MusterState
from services.store.staff import Member

_SEALED = "（鍵が違い読めない）"
_BEST = (SendState.SENT, SendState.SENDING, SendState.DUE, SendState.UNKNOWN, SendState.FAILED, SendState.DROPPED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """A muster at one moment."""

    muster: Muster
    people: list[Asked]
    sends: dict[str, int]  # state → messages
    causes: list[tuple[str, datetime]]
    looks: list[Look]


async def board(store: Store, seal: Seal, number: int) -> Board:
    """Raises MusterError where there is none."""
    async with store.read() as connection:
        muster = await found(connection, number)
        places = await muster_people.of_muster(connection, number)
        members = await staff.named(connection, {one.person for one in places})
        fates = await muster_sends.fates(connection, number)
        sends = await muster_sends.counts(connection, [number])
        causes = await musters.causes_of(connection, [number])
        looks = await musters.looks(connection, number)
    people = await asyncio.to_thread(_people, places, members, fates, seal)
    return Board(muster=muster, people=people, sends=sends[number], causes=causes[number], looks=looks)


async def numbers(store: Store, seal: Seal, number: int) -> Count:
    """Heads by answer."""
    return counted((await board(store, seal, number)).people)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """An answer as a form sent it. ``by``: who entered it for the person; empty: the person."""

    number: int
    person: str
    fields: Mapping[str, str]
    by: str = ""


async def keep(store: Store, seal: Seal, given: Given, now: datetime) -> Answer:
    """Put it in place of the one before. Raises MusterError, AnswerError."""
    async with store.write() as connection:
        muster = await found(connection, given.number)
        if muster.state is not MusterState.OPEN:
            raise MusterError("state", "この安否確認・参集は終わっています。回答は受け付けていません")
        place = await muster_people.find(connection, given.number, given.person)
        if place is None:
            raise MusterError("not_found", "この人には聞いていません")
        answer = answer_of(given.fields, place.want, now, given.by)
        whole = answers.sealed(answer, given.number, given.person, seal)
        await muster_people.answer(connection, place, whole, settled=answer.settles(place.want), now=now)
        if given.by:
            await log_entered(connection, muster, given.by, now)
    return answer


def _people(
    places: Sequence[Place], members: Mapping[str, Member], fates: Mapping[str, set[str]], seal: Seal
) -> list[Asked]:
    """In a thread: unsealing thousands would keep everybody else waiting."""
    return [
        _asked(one, members[one.person], fates.get(one.person, set()), seal) for one in places if one.person in members
    ]


def _asked(place: Place, member: Member, fates: Iterable[str], seal: Seal) -> Asked:
    try:
        person = directory.opened(member, seal)
        name, phone = person.name, person.phone
        answer = answers.opened(place.sealed, place.muster, place.person, seal) if place.sealed else None
    except KeyringError:
        name, phone, answer = _SEALED, "", None
    states = set(fates)
    reached = next((state.value for state in _BEST if state.value in states), "nowhere" if place.round else "due")
    return Asked(
        code=place.person,
        name=name,
        bureau=member.bureau,
        section=member.section,
        role=member.role,
        category=member.category,
        place=member.place,
        phone=phone,
        want=place.want,
        asked_at=place.asked_at,
        reached=reached,
        answer=answer,
    )
