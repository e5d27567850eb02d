"""The desk's queue of requests, and what residents add to one."""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Boolean, Column, Computed, Integer, String, Text

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_SERIAL = BigInteger().with_variant(Integer, "sqlite")
_INSTANT = String(32)
_ALONE = (  # an open request is folded only behind an open one
    "UPDATE requests SET same_as = NULL WHERE state IN ('action_scheduled', 'in_progress', 'open') "
    "AND same_as NOT IN (SELECT id FROM requests WHERE state IN ('action_scheduled', 'in_progress', 'open'))"
)
_TURN = (
    "CASE WHEN waits_since IS NOT NULL THEN CASE WHEN urgent THEN 0 ELSE 1 END "
    "WHEN NOT (state IN ('action_scheduled', 'in_progress', 'open')) THEN 9 WHEN same_as IS NOT NULL THEN 4 "
    "WHEN urgent THEN 2 ELSE 3 END"
)


def upgrade() -> None:
    op.add_column("requests", Column("owner", Text, nullable=False, server_default=""))
    op.add_column("requests", Column("waits_since", _INSTANT))
    op.add_column("requests", Column("version", Integer, nullable=False, server_default="0"))
    op.execute(_ALONE)
    op.execute("UPDATE requests SET waits_since = asked_at WHERE state = 'open' AND same_as IS NULL")
    stored = op.get_bind().dialect.name == "postgresql"  # there is no other there, and SQLite adds no stored one
    op.add_column("requests", Column("turn", Integer, Computed(_TURN, persisted=stored)))
    op.create_index("requests_in_turn", "requests", ["status", "turn", "asked_at", "id"])
    op.create_table(
        "request_words",
        Column("id", _SERIAL, primary_key=True, autoincrement=True),
        Column("request", BigInteger, nullable=False),
        Column("client", Text, nullable=False),
        Column("update_id", Text, nullable=False),
        Column("at", _INSTANT, nullable=False),
        Column("told_at", _INSTANT, nullable=False),
        Column("state", Text, nullable=False),
        Column("text", Text, nullable=False),
        Column("media_url", Text, nullable=False),
        Column("applied", Boolean, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("request_words_once", "request_words", ["client", "update_id"], unique=True)
    op.create_index("request_words_by_request", "request_words", ["request", "id"])


def downgrade() -> None:
    op.drop_table("request_words")
    op.drop_index("requests_in_turn", table_name="requests")
    for name in ("turn", "version", "waits_since", "owner"):
        op.drop_column("requests", name)
