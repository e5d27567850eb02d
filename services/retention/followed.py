"""Which rows may go because something newer has followed them, or because nothing waits for them any more."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, not_, or_, select

from geo.official.lasting import REVISIONS, STANDING
from rules.requests.turn import Turn
from services.store.tables import records, suppressions
from services.store.tables_budget import outages
from services.store.tables_dumps import dump_events
from services.store.tables_orders import decisions
from services.store.tables_plow import rounds
from services.store.tables_requests import requests
from services.store.tables_selftest import selftests


def no_lasting_word(_before: datetime) -> ColumnElement[bool]:
    """Not the newest telegrams of a series that stands without a limit, such as a volcano's warning."""
    newer = records.alias("newer")
    same = and_(*(newer.c[name] == records.c[name] for name in ("type", "status", "subject")))
    since = or_(
        newer.c.measured_at > records.c.measured_at,
        and_(newer.c.measured_at == records.c.measured_at, newer.c.seq > records.c.seq),
    )
    many = select(func.count()).select_from(newer).where(same, since).scalar_subquery()
    lasting = or_(*(records.c.subject.startswith(f"{code}|", autoescape=True) for code in STANDING))
    return and_(records.c.type.in_(("telegram", "cap", "lalert", "forecast")), or_(not_(lasting), many >= REVISIONS))


def seen_and_not_the_last(_before: datetime) -> ColumnElement[bool]:
    later = outages.alias("later")
    same = (later.c.channel == outages.c.channel, later.c.status == outages.c.status, later.c.id > outages.c.id)
    return and_(outages.c.seen_at.is_not(None), exists().where(*same))


def tried_since(_before: datetime) -> ColumnElement[bool]:
    later = selftests.alias("later")
    return exists().where(later.c.channel == selftests.c.channel, later.c.at > selftests.c.at)


def gone_round_since(_before: datetime) -> ColumnElement[bool]:
    later = rounds.alias("later")
    return exists().where(
        later.c.status == rounds.c.status, later.c.section == rounds.c.section, later.c.known_at > rounds.c.known_at
    )


def decided_since(_before: datetime) -> ColumnElement[bool]:
    later = decisions.alias("later")
    return exists().where(
        later.c.status == decisions.c.status, later.c.section == decisions.c.section, later.c.id > decisions.c.id
    )


def said_since(_before: datetime) -> ColumnElement[bool]:
    """The newest word of each kind says how the dump is, and the newest measurement what lies there."""
    later = dump_events.alias("later")
    same = and_(*(later.c[name] == dump_events.c[name] for name in ("status", "dump", "act")))
    return exists().where(same, later.c.seq > dump_events.c.seq)


def answered(before: datetime) -> ColumnElement[bool]:
    alike = requests.alias("alike")
    return and_(
        requests.c.turn == Turn.OVER, ~exists().where(alike.c.same_as == requests.c.id, alike.c.changed_at >= before)
    )


def over(_before: datetime) -> ColumnElement[bool]:
    return ~suppressions.c.current
