"""What residents ask of the city (Open311), and what became of it."""

from __future__ import annotations

from alembic import op
from sqlalchemy import JSON, BigInteger, Boolean, Column, Float, Integer, String, Text

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_SERIAL = BigInteger().with_variant(Integer, "sqlite")
_INSTANT = String(32)


def upgrade() -> None:
    op.create_table(
        "requests",
        Column("id", _SERIAL, primary_key=True, autoincrement=True),
        Column("status", Text, nullable=False),
        Column("service", Text, nullable=False),
        Column("state", Text, nullable=False),
        Column("urgent", Boolean, nullable=False),
        Column("reasons", JSON, nullable=False),
        Column("client", Text, nullable=False),
        Column("lon", Float),
        Column("lat", Float),
        Column("public_lon", Float),
        Column("public_lat", Float),
        Column("address", Text, nullable=False),
        Column("description", Text, nullable=False),
        Column("released", Boolean, nullable=False),
        Column("media_url", Text, nullable=False),
        Column("attributes", JSON, nullable=False),
        Column("known", JSON, nullable=False),
        Column("segment", Text, nullable=False),
        Column("section", Text, nullable=False),
        Column("same_as", BigInteger),
        Column("asked_at", _INSTANT, nullable=False),
        Column("changed_at", _INSTANT, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("requests_by_time", "requests", ["status", "asked_at"])
    op.create_index("requests_by_segment", "requests", ["status", "segment", "state"])
    op.create_index("requests_like", "requests", ["same_as"])
    op.create_table(
        "request_updates",
        Column("id", _SERIAL, primary_key=True, autoincrement=True),
        Column("request", BigInteger, nullable=False),
        Column("at", _INSTANT, nullable=False),
        Column("state", Text, nullable=False),
        Column("who", Text, nullable=False),
        Column("text", Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("request_updates_by_request", "request_updates", ["request", "id"])
    op.create_index("request_updates_by_time", "request_updates", ["at"])


def downgrade() -> None:
    op.drop_table("request_updates")
    op.drop_table("requests")
