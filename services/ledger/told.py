"""The account for programs: JSON, times in whole seconds."""

from __future__ import annotations

from typing import Any

from feeds.instant import iso_utc
from geo.plow.ledger.beside import Beside, Entry
from geo.plow.ledger.pay import Total
from services.ledger.account import Account, Worked, contractor_of


def as_json(of: Account) -> dict[str, Any]:
    """As ``/api/v1/ledger`` and ``shirase ledger`` give it."""
    return {
        "status": of.status.value,
        "since": of.since.isoformat(),
        "until": of.until.isoformat(),
        "items": [_item(one, of) for one in of.items],
        "machines": [_machine(one) for one in of.machines],
        "unapproved": len(of.open),
        "changed_since_approval": len(of.changed),
        "totals": [_total(one) for one in of.totals],
    }


def entry_json(one: Entry) -> dict[str, Any]:
    """What somebody wrote down."""
    return {
        "seconds": one.seconds,
        "by": one.author,
        "at": iso_utc(one.at),
        "reason": one.reason,
        "gps_seconds": one.gps_seconds,
    }


def _item(one: Beside, of: Account) -> dict[str, Any]:
    item = one.item
    return {
        "machine": item.machine,
        "contractor": contractor_of(of.book, item),
        "day": item.day.isoformat(),
        "doing": item.doing.value,
        "band": item.band,
        "seen": one.seen,
        "gps_seconds": one.gps,
        "declared": entry_json(one.declared) if one.declared else None,
        "approved": entry_json(one.approved) if one.approved else None,
        "difference_seconds": one.difference,
        "gps_since_approval_seconds": one.since_approval,
        "not_ordered_seconds": of.not_ordered(item),
    }


def _machine(one: Worked) -> dict[str, Any]:
    return {
        "machine": one.machine.id,
        "contractor": one.machine.contractor,
        "kind": one.machine.kind,
        "unseen_seconds": one.unseen_s,
        "times": [
            {
                "day": key.day.isoformat(),
                "doing": key.doing.value,
                "band": key.band,
                "activity": key.activity,
                "administrator": key.administrator,
                "section": key.section,
                "seconds": spent.seconds,
                "metres": round(spent.metres, 1),
                "deicer_kg": None if spent.deicer_kg is None else round(spent.deicer_kg, 3),
            }
            for key, spent in sorted(one.times.items(), key=lambda pair: pair[0])
        ],
    }


def _total(one: Total) -> dict[str, Any]:
    return {
        "contractor": one.contractor,
        "contract": one.contract,
        "machine": one.machine,
        "doing": one.doing.value,
        "band": one.band,
        "seconds": one.seconds,
        "paid_seconds": one.paid_seconds,
        "yen_an_hour": one.yen_an_hour,
        "yen": one.yen,
    }
