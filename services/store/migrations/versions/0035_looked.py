"""A look is written where it is another than before; when the last one was stands by itself."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "looked",
        sa.Column("status", sa.Text(), primary_key=True),
        sa.Column("at", sa.String(length=32), nullable=False),
    )
    op.execute("INSERT INTO looked (status, at) SELECT status, max(at) FROM looks GROUP BY status")
    with op.batch_alter_table("looks") as table:
        table.drop_column("at")


def downgrade() -> None:
    with op.batch_alter_table("looks") as table:
        table.add_column(sa.Column("at", sa.String(length=32), nullable=False, server_default=""))
    op.execute("UPDATE looks SET at = (SELECT looked.at FROM looked WHERE looked.status = looks.status)")
    op.drop_table("looked")
