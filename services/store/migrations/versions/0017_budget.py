"""What channels cost and when they failed: what was spent, what providers say is left, outages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _numbers(kind: type[sa.Integer], *names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, kind(), nullable=False) for name in names]


def _instant(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=32), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "spent",
        *_texts("delivery"),
        *_numbers(sa.Integer, "part"),
        *_texts("channel", "status", "kind"),
        *_numbers(sa.Integer, "level", "revision", "calls", "links"),
        *_numbers(sa.BigInteger, "micros", "messages"),
        *_texts("currency"),
        sa.Column("sure", sa.Boolean(), nullable=False),
        _instant("at"),
        sa.PrimaryKeyConstraint("delivery", "part"),
    )
    op.create_index("spent_by_time", "spent", ["channel", "at"])
    op.create_table(
        "told_limits",
        *_texts("channel", "window"),
        sa.Column("limit", sa.BigInteger(), nullable=True),
        *_numbers(sa.BigInteger, "used"),
        _instant("resets_at", nullable=True),
        _instant("told_at"),
        sa.PrimaryKeyConstraint("channel", "window"),
    )
    serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "outages",
        sa.Column("id", serial, autoincrement=True, nullable=False),
        *_texts("channel", "status"),
        _instant("began"),
        _instant("ended", nullable=True),
        sa.Column("seen_by", sa.Text(), nullable=True),
        _instant("seen_at", nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("outages_by_end", "outages", ["ended"])


def downgrade() -> None:
    for name in ("outages", "told_limits", "spent"):
        op.drop_table(name)
