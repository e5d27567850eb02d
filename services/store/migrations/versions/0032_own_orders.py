"""People's own orders of one section stand side by side: for other roads, or another place."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_KEY = ["status", "section", "kind", "rule"]
_STILL_OPEN = sa.text("closed_at IS NULL")
_PROPOSED = sa.text("closed_at IS NULL AND rule <> ''")


def upgrade() -> None:
    _index(_PROPOSED)


def downgrade() -> None:
    """Refused by the store while two of a person's own orders for one section are open: close them before."""
    _index(_STILL_OPEN)


def _index(where: sa.TextClause) -> None:
    op.drop_index("orders_open", table_name="orders")
    op.create_index("orders_open", "orders", _KEY, unique=True, sqlite_where=where, postgresql_where=where)
