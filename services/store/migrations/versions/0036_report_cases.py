"""Every report gets a case, with all that is done about it; those that are there get theirs as they stand."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

from services.store.columns import stamp

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_INSTANT = sa.String(32)
_STANDS = timedelta(days=14)  # those of before the queue


def upgrade() -> None:
    cases = op.create_table(
        "report_cases",
        sa.Column("id", _SERIAL, primary_key=True, autoincrement=True),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("seen_at", _INSTANT, nullable=False),
        sa.Column("arrived_at", _INSTANT, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("lon", sa.Float),
        sa.Column("lat", sa.Float),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("same_as", sa.BigInteger),
        sa.Column("claimed_by", sa.Text, nullable=False),
        sa.Column("claimed_until", _INSTANT),
        sa.Column("handler", sa.Text, nullable=False),
        sa.Column("changed", sa.Boolean, nullable=False),
        sa.Column("ends_at", _INSTANT),
        sqlite_autoincrement=True,
    )
    op.create_index("report_cases_by_state", "report_cases", ["state", "arrived_at"])
    op.create_index("report_cases_by_end", "report_cases", ["ends_at"])
    op.create_index("report_cases_by_first", "report_cases", ["same_as"])
    op.create_index("report_cases_by_time", "report_cases", ["seen_at"])
    events = op.create_table(
        "report_events",
        sa.Column("case", _SERIAL, sa.ForeignKey("report_cases.id"), primary_key=True, autoincrement=False),
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("act", sa.Text, nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("how", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("facts", sa.JSON, nullable=False),
    )
    _begin(op.get_bind(), cases, events)


def downgrade() -> None:
    op.drop_table("report_events")
    op.drop_table("report_cases")


def _begin(connection: sa.Connection, cases: sa.Table, events: sa.Table) -> None:
    told = sa.text("SELECT key, status, measured_at, received_at, body FROM records WHERE type = 'report' ORDER BY seq")
    newest = {row.key: row for row in connection.execute(told)}
    for row in newest.values():
        body: dict[str, Any] = json.loads(row.body) if isinstance(row.body, str) else row.body
        vouched = bool(body.get("confirmed"))
        one = {
            "key": row.key,
            "status": row.status,
            "kind": body["kind"],
            "seen_at": row.measured_at,
            "arrived_at": row.received_at,
            "place": body.get("place", ""),
            "lon": body.get("lon"),
            "lat": body.get("lat"),
            "state": "confirmed" if vouched else "received",
            "claimed_by": "",
            "handler": "",
            "changed": False,
            "ends_at": stamp(datetime.fromisoformat(row.measured_at) + _STANDS),
        }
        number = connection.execute(sa.insert(cases).values(one).returning(cases.c.id)).scalar_one()
        first = {
            "case": number,
            "seq": 0,
            "act": "vouch" if vouched else "arrive",
            "at": row.received_at,
            "how": "issuer" if vouched else "sender",
            "who": body.get("source") or body.get("gateway", ""),
            "reason": "issuer" if vouched else "arrived",
            "text": "",
            "facts": {},
        }
        connection.execute(sa.insert(events).values(first))
