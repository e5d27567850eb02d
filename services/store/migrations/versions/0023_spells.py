"""What vehicles did with their time, and the de-icer of each pass: what the ledger is made of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.store.columns import Instant, Serial

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("passes", sa.Column("deicer_kg", sa.Float()))
    op.create_table(
        "spells",
        sa.Column("id", Serial, primary_key=True, autoincrement=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("vehicle", sa.Text(), nullable=False),
        sa.Column("began", Instant(), nullable=False),
        sa.Column("ended", Instant(), nullable=False),
        sa.Column("doing", sa.Text(), nullable=False),
        sa.Column("activity", sa.Text(), nullable=False),
        sa.Column("administrator", sa.Text(), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("metres", sa.Float(), nullable=False),
        sa.Column("deicer_kg", sa.Float()),
        sqlite_autoincrement=True,
    )
    op.create_index("spells_by_vehicle", "spells", ["status", "gateway", "vehicle", "began"])
    op.create_index("spells_by_time", "spells", ["status", "began"])


def downgrade() -> None:
    op.drop_table("spells")
    op.drop_column("passes", "deicer_kg")
