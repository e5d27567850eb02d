"""Coverage is when a segment was last done, and the number of the change of its passes; all else is in the passes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("coverage") as table:
        table.add_column(sa.Column("changed", sa.BigInteger(), nullable=False, server_default="0"))
        for name in ("last_at", "times", "share", "reports"):
            table.drop_column(name)
    op.create_index("coverage_by_change", "coverage", ["status", "changed"])


def downgrade() -> None:
    op.drop_index("coverage_by_change", table_name="coverage")
    op.execute("DELETE FROM coverage WHERE done_at IS NULL")
    with op.batch_alter_table("coverage") as table:
        table.drop_column("changed")
        table.add_column(sa.Column("last_at", sa.String(length=32), nullable=False, server_default=""))
        table.add_column(sa.Column("times", sa.Integer(), nullable=False, server_default="1"))
        table.add_column(sa.Column("share", sa.Float(), nullable=False, server_default="1"))
        table.add_column(sa.Column("reports", sa.Integer(), nullable=False, server_default="1"))
    op.execute("UPDATE coverage SET last_at = done_at")
