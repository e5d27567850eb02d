"""The one table of what is kept how long, and of what never goes. A table of the store stands here or in
:mod:`services.retention.elsewhere`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from feeds.status import Status
from geo.official.lasting import REVISIONS
from services.retention.copies import Copies
from services.retention.followed import (
    answered,
    decided_since,
    gone_round_since,
    no_lasting_word,
    over,
    said_since,
    seen_and_not_the_last,
    tried_since,
)
from services.retention.head import Head
from services.retention.musters import OF_MUSTERS, of_past
from services.retention.pictures import ToldOf, Untold
from services.retention.reporters import Senders
from services.retention.rows import Child, Rows
from services.retention.series import Series
from services.retention.sightings import Sightings
from services.retention.walk import Walk
from services.retention.way import Way
from services.settings import Settings
from services.store import past
from services.store import tables_watch as watched
from services.store.columns import metadata
from services.store.tables import quarantine, records, silences, suppressed, suppressions
from services.store.tables_archive import archives
from services.store.tables_budget import outages, spent
from services.store.tables_calls import call_sends, calls
from services.store.tables_culling import culling_events, cullings
from services.store.tables_damage import damage_events, damage_files, damage_reports, damages, disasters
from services.store.tables_distrust import distrusts
from services.store.tables_dumps import dump_events
from services.store.tables_heard import heard
from services.store.tables_ledger import ledger_entries
from services.store.tables_matters import handovers, matter_events, matter_files, matters
from services.store.tables_muster import muster_people, muster_sends, musters
from services.store.tables_orders import decisions, expected_snow, order_events, order_links, orders
from services.store.tables_plow import passes, rounds, spells
from services.store.tables_reporters import backups, reporter_looks
from services.store.tables_reports import photo_pairs, report_cases, report_events, report_photos
from services.store.tables_requests import request_updates, request_words, requests
from services.store.tables_selftest import selftests

_OF_ORDERS = (Child(order_events.c.order, orders.c.id), Child(order_links.c.order, orders.c.id))
_OF_DISASTERS = tuple(
    Child(one.c.disaster, disasters.c.id) for one in (damage_events, damages, damage_files, damage_reports)
)
_OF_REPORTS = (
    Child(report_events.c.case, report_cases.c.id),
    Child(heard.c.case, report_cases.c.id),
    Child(report_photos.c.case, report_cases.c.id),
    Child(photo_pairs.c.case, report_cases.c.id),
)
_OF_REQUESTS = (
    Child(request_updates.c.request, requests.c.id),
    Child(request_words.c.request, requests.c.id),
    Child(heard.c.request, requests.c.id),
)
_OF_CULLINGS = (Child(culling_events.c.case, cullings.c.id),)
_OF_MATTERS = (Child(matter_events.c.matter, matters.c.id), Child(matter_files.c.matter, matters.c.id))
_OF_ALARMS = (Child(watched.replies.c.alarm, watched.alarms.c.id), Child(watched.sends.c.alarm, watched.alarms.c.id))
_DRILLS = tuple(status for status in Status if status is not Status.ACTUAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """``name`` as the settings have it, ``tables`` that it deletes from, ``never``: what stays however old it is."""

    name: str
    tables: tuple[str, ...]
    ways: Sequence[Way]
    never: str = ""
    wall: bool = False  # its rows have the time of computers, not the hub's

    def kept(self, settings: Settings) -> timedelta | None:
        """How long; None: for ever."""
        return settings.why.kept if self.name == "reasons" else settings.retention.kept(self.name)

    def before(self, settings: Settings, now: datetime, wall: datetime) -> datetime | None:
        """What is older may go; None where nothing does."""
        kept = self.kept(settings)
        return None if kept is None else (wall if self.wall else now) - kept


RULES = (
    Rule(
        name="alerts",
        tables=("alerts", "approvals", "outbox", "fanouts", "tellings", "broken_glass", "hold_offs", "hazards"),
        ways=(Series((Status.ACTUAL,)), ToldOf((Status.ACTUAL,))),
        never="a series that is open, has a delivery to go, a call that is not closed, or was issued alone and has not "
        "been looked at; a hazard that a kept alert speaks of",
    ),
    Rule(
        name="drills",
        tables=("alerts", "approvals", "outbox", "fanouts", "tellings", "broken_glass", "hold_offs", "hazards"),
        ways=(Series(_DRILLS), ToldOf(_DRILLS)),
        never="as for alerts",
    ),
    Rule(
        name="chronology",
        tables=("chronology",),
        ways=(Head(),),
        never="what is not older than the oldest alert that is kept; its last entry",
    ),
    Rule(
        name="copies",
        tables=("outbox",),
        ways=(Copies(),),
        never="documents of the CAP feed; what is still to go; what has not run out; why a channel refused",
    ),
    Rule(
        name="calls",
        tables=("calls", "call_sends"),
        ways=(Rows(calls.c.closed_at, children=(Child(call_sends.c.call, calls.c.id),)),),
        never="a call that is not closed",
    ),
    Rule(
        name="silences",
        tables=("silences", "distrusts"),
        ways=(Rows(silences.c.ends), Rows(distrusts.c.ends)),
        never="one that holds",
    ),
    Rule(
        name="muster_answers",
        tables=("muster_people", "muster_sends"),
        ways=(
            Rows(muster_people.c.asked_at, of_past(muster_people.c.muster)),
            Rows(muster_sends.c.due_at, of_past(muster_sends.c.muster)),
        ),
        never="of a muster that is open",
    ),
    Rule(
        name="musters",
        tables=("musters", "muster_causes", "muster_looks", "muster_people", "muster_sends"),
        ways=(Rows(musters.c.closed_at, children=OF_MUSTERS),),
        never="one that is open or proposed",
    ),
    Rule(
        name="reasons",
        tables=("suppressions", "suppressed"),
        ways=(
            Rows(suppressed.c.until),
            Rows(suppressions.c.until, over, (Child(suppressed.c.suppression, suppressions.c.id),)),
        ),
        never="one that holds",
    ),
    Rule(name="readings", tables=("records",), ways=(Walk("reading"),)),
    Rule(
        name="telegrams",
        tables=("records",),
        ways=(Rows(records.c.measured_at, no_lasting_word),),
        never=f"the newest {REVISIONS} telegrams of each volcano's warning and survey",
    ),
    Rule(
        name="hazards",
        tables=("hazards",),
        ways=(Untold(),),
        never="what holds, what an alert spoke of, what an open series speaks of",
    ),
    Rule(name="reporters", tables=("reporters", "reporter_marks"), ways=(Senders(),)),
    Rule(name="reporters_latest", tables=("reporters", "reporter_marks"), ways=(Senders(latest=True),)),
    Rule(name="reporter_looks", tables=("reporter_looks",), ways=(Rows(reporter_looks.c.at),)),
    Rule(
        name="backups",
        tables=("backups",),
        ways=(Rows(backups.c.destroyed_at),),
        never="a copy that nobody has destroyed",
        wall=True,
    ),
    Rule(
        name="reports",
        tables=("records", "report_cases", "report_events", "report_photos", "photo_pairs", "heard"),
        ways=(Sightings(), Rows(report_cases.c.seen_at, children=_OF_REPORTS)),
        never="the squares and days in which animals were seen",
    ),
    Rule(
        name="cullings",
        tables=("cullings", "culling_events"),
        ways=(Rows(cullings.c.closed_at, children=_OF_CULLINGS),),
        never="a case that nobody has closed",
    ),
    Rule(
        name="requests",
        tables=("requests", "request_updates", "request_words", "heard"),
        ways=(Rows(requests.c.changed_at, answered, _OF_REQUESTS),),
        never="a request that waits for the city, or to which a newer one says the same",
    ),
    Rule(
        name="damage",
        tables=("disasters", "damages", "damage_events", "damage_reports", "damage_files"),
        ways=(Rows(disasters.c.ended, children=_OF_DISASTERS),),
        never="a disaster that nobody has closed, with all its records and reports",
    ),
    Rule(
        name="matters",
        tables=("matters", "matter_events", "matter_files", "handovers"),
        ways=(Rows(matters.c.closed_at, children=_OF_MATTERS), Rows(handovers.c.made_at)),
        never="a matter for which somebody still has to do something",
    ),
    Rule(name="fixes", tables=("records",), ways=(Walk("fix"),)),
    Rule(
        name="work",
        tables=(
            "passes",
            "spells",
            "rounds",
            "orders",
            "order_events",
            "order_links",
            "decisions",
            "expected_snow",
            "ledger_entries",
            "dump_events",
        ),
        ways=(
            Rows(passes.c.ended),
            Rows(spells.c.ended),
            Rows(rounds.c.known_at, gone_round_since),
            Rows(orders.c.closed_at, children=_OF_ORDERS),
            Rows(decisions.c.at, decided_since),
            Rows(expected_snow.c.until),
            Rows(ledger_entries.c.at),
            Rows(dump_events.c.at, said_since),
        ),
        never="an order that is not closed; the last round and the last decision of each section; the last word of "
        "each kind about a snow dump",
    ),
    Rule(name="archives", tables=("archives",), ways=(Rows(archives.c.ends),)),
    Rule(name="quarantine", tables=("quarantine",), ways=(Rows(quarantine.c.received_at),)),
    Rule(
        name="watch",
        tables=("watch_signals", "watch_alarms", "watch_replies", "watch_sends"),
        ways=(Rows(watched.signals.c.received_at), Rows(watched.alarms.c.closed_at, children=_OF_ALARMS)),
        never="an alarm that is not closed",
    ),
    Rule(name="watch_log", tables=("watch_log",), ways=(Rows(watched.looks.c.at),), wall=True),
    Rule(name="spending", tables=("spent",), ways=(Rows(spent.c.at),), wall=True),
    Rule(
        name="outages",
        tables=("outages",),
        ways=(Rows(outages.c.ended, seen_and_not_the_last),),
        never="one that goes on or that nobody has read; the last of each channel",
    ),
    Rule(
        name="past",
        tables=tuple(f"{name}_past" for name in past.TABLES),
        ways=tuple(Rows(metadata.tables[f"{name}_past"].c.was_until) for name in past.TABLES),
    ),
    Rule(
        name="selftests",
        tables=("selftests",),
        ways=(Rows(selftests.c.at, tried_since),),
        never="the last of each channel",
        wall=True,
    ),
)
