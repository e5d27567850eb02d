"""Who sent a report, apart from it and sealed; looks at that; copies of the store."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_INSTANT = sa.String(length=32)


def upgrade() -> None:
    op.create_table(
        "reporters",
        sa.Column("id", _ID, primary_key=True, autoincrement=True),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("request", sa.BigInteger()),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("members", sa.JSON(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("arrived_at", _INSTANT, nullable=False),
        sa.UniqueConstraint("about", "part", name="reporters_once"),
        sqlite_autoincrement=True,
    )
    op.create_index("reporters_by_age", "reporters", ["arrived_at"])
    op.create_index("reporters_by_request", "reporters", ["request"])
    op.create_index("reporters_by_key", "reporters", ["key"])
    op.create_table(
        "reporter_marks",
        sa.Column("mark", sa.Text(), primary_key=True),
        sa.Column("reporter", _ID, sa.ForeignKey("reporters.id"), primary_key=True, autoincrement=False),
        sqlite_with_rowid=False,
    )
    op.create_index("reporter_marks_of", "reporter_marks", ["reporter"])
    op.create_table(
        "reporter_looks",
        sa.Column("id", _ID, primary_key=True, autoincrement=True),
        sa.Column("at", _INSTANT, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("who", "about", "status", "purpose", "note", "how")),
        sa.Column("members", sa.JSON(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("reporter_looks_by_time", "reporter_looks", ["at"])
    op.create_index("reporter_looks_about", "reporter_looks", ["about"])
    op.create_table(
        "backups",
        sa.Column("id", _ID, primary_key=True, autoincrement=True),
        sa.Column("made_at", _INSTANT, nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("destroy_by", _INSTANT, nullable=False),
        sa.Column("destroyed_at", _INSTANT),
        sa.Column("destroyed_who", sa.Text(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("backups_by_end", "backups", ["destroyed_at"])


def downgrade() -> None:
    for name in ("backups", "reporter_looks", "reporter_marks", "reporters"):
        op.drop_table(name)
