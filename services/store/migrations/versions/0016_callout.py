"""Calling staff: what rings, and every message that it sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_OPEN = sa.text("closed_at IS NULL")


def _serial() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _instants(*names: str, nullable: bool) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(length=32), nullable=nullable) for name in names]


def upgrade() -> None:
    op.create_table(
        "calls",
        sa.Column("id", _serial(), autoincrement=True, nullable=False),
        *_texts("key", "event", "status"),
        sa.Column("level", sa.Integer(), nullable=False),
        *_texts("subject", "subject_en", "detail", "path"),
        *_instants("since", nullable=False),
        sa.Column("lasting", sa.Boolean(), nullable=False),
        *_instants("opened_at", nullable=False),
        *_texts("state"),
        sa.Column("step", sa.Integer(), nullable=False),
        *_instants("step_at", nullable=True),
        *_texts("acknowledged_by", "acknowledged_how"),
        *_instants("acknowledged_at", "closed_at", nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("calls_open", "calls", ["key"], unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN)
    op.create_table(
        "call_sends",
        sa.Column("call", _serial(), sa.ForeignKey("calls.id"), autoincrement=False, nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        *_texts("person"),
        sa.Column("way", sa.Integer(), nullable=False),
        *_texts("group", "state", "detail"),
        *_instants("due_at", nullable=False),
        *_instants("started_at", "finished_at", nullable=True),
        sa.Column("link", sa.Text(), nullable=True, unique=True),
        *_instants("link_until", nullable=True),
        sa.PrimaryKeyConstraint("call", "step", "person", "way"),
    )
    op.create_index("call_sends_state", "call_sends", ["state"])
    op.create_index("call_sends_by_person", "call_sends", ["person", "way", "started_at"])


def downgrade() -> None:
    op.drop_table("call_sends")
    op.drop_table("calls")
