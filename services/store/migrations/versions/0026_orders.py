"""The snow desk: orders and every act on them, contractors' links, decisions, snow that staff expect."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_AT = sa.String(length=32)
_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_STILL_OPEN = sa.text("closed_at IS NULL")


def _serial() -> sa.Column[int]:
    return sa.Column("id", _NUMBER, primary_key=True, autoincrement=True)


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def upgrade() -> None:
    op.create_table(
        "orders",
        _serial(),
        *_texts("status", "section", "section_name", "kind", "rule"),
        sa.Column("classes", sa.JSON(), nullable=False),
        sa.Column("opened_at", _AT, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("finish_by", _AT),
        sa.Column("closed_at", _AT),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "orders_open",
        "orders",
        ["status", "section", "kind", "rule"],
        unique=True,
        sqlite_where=_STILL_OPEN,
        postgresql_where=_STILL_OPEN,
    )
    op.create_index("orders_by_time", "orders", ["status", "opened_at"])
    op.create_table(
        "order_events",
        sa.Column("order", _NUMBER, sa.ForeignKey("orders.id"), primary_key=True, autoincrement=False),
        sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("at", _AT, nullable=False),
        sa.Column("happened_at", _AT),
        *_texts("how", "who", "text"),
        sa.Column("vehicles", sa.Integer()),
        sa.Column("facts", sa.JSON(), nullable=False),
    )
    op.create_table(
        "order_links",
        sa.Column("digest", sa.Text(), primary_key=True),
        sa.Column("order", _NUMBER, sa.ForeignKey("orders.id"), nullable=False),
        sa.Column("until", _AT, nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", _AT, nullable=False),
    )
    op.create_index("order_links_by_order", "order_links", ["order"])
    _decided()


def _decided() -> None:
    op.create_table(
        "decisions",
        _serial(),
        *_texts("status", "section"),
        sa.Column("at", _AT, nullable=False),
        *_texts("outcome", "reason"),
        sa.Column("body", sa.JSON(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("decisions_by_section", "decisions", ["status", "section", "at"])
    op.create_table(
        "looks",
        sa.Column("status", sa.Text(), primary_key=True),
        sa.Column("section", sa.Text(), primary_key=True),
        sa.Column("at", _AT, nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
    )
    op.create_table(
        "expected_snow",
        _serial(),
        *_texts("status", "section"),
        sa.Column("cm", sa.Float(), nullable=False),
        sa.Column("at", _AT, nullable=False),
        sa.Column("until", _AT, nullable=False),
        *_texts("source", "who"),
        sqlite_autoincrement=True,
    )
    op.create_index("expected_snow_by_time", "expected_snow", ["status", "until"])


def downgrade() -> None:
    for table in ("expected_snow", "looks", "decisions", "order_links", "order_events", "orders"):
        op.drop_table(table)
