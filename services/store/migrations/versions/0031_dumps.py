"""Snow dumps: what people told of them, and in which yard a vehicle was."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_IN_A_PLACE = sa.text("place <> ''")


def upgrade() -> None:
    op.create_table(
        "dump_events",
        sa.Column("status", sa.Text(), primary_key=True),
        sa.Column("dump", sa.Text(), primary_key=True),
        sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("volume_m3", sa.Float()),
        sa.Column("visits", sa.Integer()),
        sa.Column("until", sa.String(length=32)),
    )
    op.add_column("spells", sa.Column("place", sa.Text(), nullable=False, server_default=""))
    op.create_index(
        "spells_by_place",
        "spells",
        ["status", "place", "began"],
        sqlite_where=_IN_A_PLACE,
        postgresql_where=_IN_A_PLACE,
    )


def downgrade() -> None:
    op.drop_index("spells_by_place", table_name="spells")
    with op.batch_alter_table("spells") as table:
        table.drop_column("place")
    op.drop_table("dump_events")
