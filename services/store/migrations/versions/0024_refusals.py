"""What is asked every second no longer reads payloads, and a reason's hazards are rows instead of ever longer lists."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_ALERTS = sa.table(
    "alerts",
    sa.column("series", sa.Text()),
    sa.column("revision", sa.Integer()),
    sa.column("payloads", sa.JSON()),
    sa.column("refusals", sa.Text()),
)
_HELD = sa.table(
    "suppressions",
    sa.column("id", sa.BigInteger()),
    sa.column("hazards", sa.JSON()),
    sa.column("first_at", sa.Text()),
    sa.column("until", sa.Text()),
)


def upgrade() -> None:
    op.add_column("alerts", sa.Column("refusals", sa.Text(), nullable=False, server_default=""))
    _take_out_codes()
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    suppressed = op.create_table(
        "suppressed",
        sa.Column("suppression", number, sa.ForeignKey("suppressions.id"), primary_key=True, autoincrement=False),
        sa.Column("hazard", sa.Text(), primary_key=True),
        sa.Column("since", sa.String(length=32), primary_key=True),
        sa.Column("until", sa.String(length=32), nullable=True),
    )
    op.create_index("suppressed_by_hazard", "suppressed", ["hazard", "since"])
    for row in op.get_bind().execute(sa.select(_HELD)).all():
        held = [
            {"suppression": row.id, "hazard": key, "since": row.first_at, "until": row.until}
            for key in sorted(set(row.hazards or ()))
        ]
        if held:
            op.bulk_insert(suppressed, held)
    op.drop_column("suppressions", "hazards")


def downgrade() -> None:
    """Which hazards a reason held back is lost: the older tables would want a row for each time that this changed."""
    op.add_column("suppressions", sa.Column("hazards", sa.JSON(), nullable=True))
    op.drop_table("suppressed")
    op.drop_column("alerts", "refusals")


def _take_out_codes() -> None:
    """Only payloads that speak of a code at all are read."""
    connection = op.get_bind()
    named = sa.cast(_ALERTS.c.payloads, sa.Text()).like('%"code": "_%')
    rows = connection.execute(sa.select(_ALERTS).where(named)).all()
    for row in rows:
        codes = sorted({one["code"] for one in row.payloads.values() if "reason" in one and one.get("code")})
        if codes:
            mine = (_ALERTS.c.series == row.series, _ALERTS.c.revision == row.revision)
            connection.execute(_ALERTS.update().where(*mine).values(refusals=f" {' '.join(codes)} "))
