"""How orders and the register of sensors stood before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _past(of: str, key: sa.Column[str] | sa.Column[int], *moving: sa.Column[str]) -> None:
    op.create_table(
        f"{of}_past",
        sa.Column("id", _SERIAL, autoincrement=True, nullable=False),
        key,
        *moving,
        sa.Column("was_from", sa.String(length=32), nullable=False),
        sa.Column("was_until", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index(f"{of}_past_by_key", f"{of}_past", [key.name, "was_until"])
    op.create_index(f"{of}_past_by_end", f"{of}_past", ["was_until"])


def upgrade() -> None:
    _past(
        "orders",
        sa.Column("order", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("finish_by", sa.String(length=32)),
        sa.Column("closed_at", sa.String(length=32)),
    )
    _past(
        "stations",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("members", sa.JSON()),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.String(length=32), nullable=False),
    )

    op.execute("DELETE FROM cursors WHERE name = 'past'")  # what was before was not kept of these: it begins anew


def downgrade() -> None:
    op.drop_table("stations_past")
    op.drop_table("orders_past")
