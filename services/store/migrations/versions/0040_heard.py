"""What residents told by the city's page or by LINE, and photos of requests."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "heard",
        sa.Column("id", _SERIAL, primary_key=True, autoincrement=True),
        sa.Column("link", sa.Text, nullable=False, unique=True),
        sa.Column("way", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("case", sa.BigInteger),
        sa.Column("request", sa.BigInteger),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("heard_by_case", "heard", ["case"])
    op.create_index("heard_by_request", "heard", ["request"])
    op.add_column("requests", sa.Column("photos", sa.JSON, nullable=False, server_default="[]"))


def downgrade() -> None:
    op.drop_column("requests", "photos")
    op.drop_table("heard")
