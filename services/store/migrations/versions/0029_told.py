"""Which states of hazards alerts spoke of, so that these are kept as long as the alerts and all others are not."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from alembic import op

from services.store.columns import Instant

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_HAZARDS = sa.table(
    "hazards",
    sa.column("seq", sa.BigInteger()),
    sa.column("key", sa.Text()),
    sa.column("at", Instant()),
    sa.column("told", Instant()),
)
_ALERTS = sa.table("alerts", sa.column("sent", Instant()), sa.column("body", sa.JSON()))


def upgrade() -> None:
    op.add_column("hazards", sa.Column("told", sa.String(length=32), nullable=True))
    connection = op.get_bind()
    then = sa.select(sa.func.max(_HAZARDS.c.seq)).where(
        _HAZARDS.c.key == sa.bindparam("spoken"), _HAZARDS.c.at <= sa.bindparam("by", type_=Instant())
    )
    mark = _HAZARDS.update().where(_HAZARDS.c.seq == then.scalar_subquery()).values(told=sa.bindparam("sent"))
    named = sa.select(_ALERTS.c.sent, _ALERTS.c.body["hazards"]).order_by(_ALERTS.c.sent)
    for sent, keys in connection.execute(named).all():
        rows = [{"spoken": key, "by": sent + timedelta(seconds=1), "sent": sent} for key in keys or ()]
        if rows:
            connection.execute(mark, rows)
    op.create_index("hazards_told", "hazards", ["told", "at"])


def downgrade() -> None:
    op.drop_index("hazards_told", table_name="hazards")
    op.drop_column("hazards", "told")
