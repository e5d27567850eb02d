"""What is known of the pictures of reports."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "report_photos",
        sa.Column("case", _SERIAL, sa.ForeignKey("report_cases.id"), primary_key=True, autoincrement=False),
        sa.Column("place", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("sent_sha256", sa.Text, nullable=False),
        sa.Column("look", sa.Text, nullable=False),
        sa.Column("signs", sa.JSON, nullable=False),
    )
    op.create_index("report_photos_by_file", "report_photos", ["sent_sha256"])
    op.create_table(
        "photo_pairs",
        sa.Column("case", _SERIAL, sa.ForeignKey("report_cases.id"), primary_key=True, autoincrement=False),
        sa.Column("place", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("other", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("sign", sa.Text, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("photo_pairs")
    op.drop_table("report_photos")
