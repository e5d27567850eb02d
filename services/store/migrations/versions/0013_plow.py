"""Snow removal: passes of vehicles, coverage of segments, rounds of sections."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def _number() -> sa.Column[int]:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("id", kind, autoincrement=True, nullable=False)


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _instants(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(length=32), nullable=False) for name in names]


def upgrade() -> None:
    op.create_table(
        "passes",
        _number(),
        *_texts("status", "gateway", "vehicle", "segment"),
        *_instants("began", "ended"),
        *[sa.Column(name, sa.Float(), nullable=False) for name in ("from_m", "to_m", "length_m")],
        *[sa.Column(name, sa.Integer(), nullable=False) for name in ("direction", "fixes")],
        sa.Column("off_m", sa.Float(), nullable=False),
        *_texts("activity"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("passes_by_vehicle", "passes", ["status", "gateway", "vehicle", "began"])
    op.create_index("passes_by_segment", "passes", ["status", "segment", "ended"])
    op.create_table(
        "coverage",
        *_texts("status", "segment"),
        sa.Column("done_at", sa.String(length=32), nullable=True),
        *_instants("last_at"),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("share", sa.Float(), nullable=False),
        sa.Column("reports", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("status", "segment"),
    )
    op.create_table(
        "rounds",
        _number(),
        *_texts("status", "section"),
        *_instants("passed_at", "known_at"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("rounds_by_section", "rounds", ["status", "section", "known_at"])


def downgrade() -> None:
    for name in ("rounds", "coverage", "passes"):
        op.drop_table(name)
