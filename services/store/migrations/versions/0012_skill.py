"""Skill: warnings, events and outlooks, what became of them, and the sums of each day."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


_INTEGERS = (
    *("n", "unknown", "events", "hits", "false_alarms"),
    *("extrapolated_hits", "extrapolated_alarms", "levels", "inside"),
)
_FLOATS = ("brier", "score", "damped", "stays")
_DAY = ("day", "status", "method", "station", "lead", "threshold")


def upgrade() -> None:
    _stories()
    _outlooks()
    counts = [sa.Column(name, sa.Integer(), nullable=False) for name in _INTEGERS]
    sums = [sa.Column(name, sa.Float(), nullable=False) for name in _FLOATS]
    op.create_table("skill_days", *_key(_DAY), *counts, *sums, sa.PrimaryKeyConstraint(*_DAY))
    op.create_table(
        "skill_bins",
        *_key((*_DAY, "tenth")),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("chance", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint(*_DAY, "tenth"),
    )


def _key(names: tuple[str, ...]) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Integer() if name in {"lead", "tenth"} else sa.Text(), nullable=False) for name in names]


def _stories() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "stories",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("warned_at", sa.String(length=32), nullable=True),
        sa.Column("ended_at", sa.String(length=32), nullable=True),
        sa.Column("crossed_at", sa.String(length=32), nullable=True),
        sa.Column("left_at", sa.String(length=32), nullable=True),
        sa.Column("lead_s", sa.BigInteger(), nullable=True),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("counted_at", sa.String(length=32), nullable=False),
        sa.Column("unfinished", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("stories_by_time", "stories", ["status", "counted_at"])
    op.create_index("stories_unfinished", "stories", ["unfinished", "status"])


def _outlooks() -> None:
    metres = [sa.Column(name, sa.Float(), nullable=False) for name in ("level", "q10", "q50", "q90", "extrapolated")]
    op.create_table(
        "outlooks",
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("station", sa.Text(), nullable=False),
        sa.Column("hour", sa.String(length=32), nullable=False),
        sa.Column("lead", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.String(length=32), nullable=False),
        sa.Column("due", sa.String(length=32), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        *metres,
        sa.Column("moving", sa.Boolean(), nullable=False),
        sa.Column("limits", sa.JSON(), nullable=False),
        sa.Column("judged", sa.Boolean(), nullable=False),
        sa.Column("highest", sa.Float(), nullable=True),
        sa.Column("final", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("status", "station", "hour", "lead"),
    )
    waiting = sa.text("NOT judged")
    op.create_index("outlooks_due", "outlooks", ["due"], sqlite_where=waiting, postgresql_where=waiting)
    op.create_index("outlooks_by_age", "outlooks", ["made_at"])


def downgrade() -> None:
    for name in ("skill_bins", "skill_days", "outlooks", "stories"):
        op.drop_table(name)
