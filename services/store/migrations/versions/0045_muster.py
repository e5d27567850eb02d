"""The staff directory, musters, their messages and answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _at(name: str, *, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=32), nullable=null)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _whole(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _muster() -> sa.Column[int]:
    return sa.Column("muster", _SERIAL, sa.ForeignKey("musters.id"), primary_key=True, autoincrement=False)


def upgrade() -> None:
    op.create_table(
        "staff",
        sa.Column("code", sa.Text(), primary_key=True),
        *(_text(name) for name in ("bureau", "section", "role", "category", "place")),
        sa.Column("drills", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("lookups", sa.JSON(), nullable=False),
        _at("changed_at"),
    )
    op.create_table(
        "musters",
        sa.Column("id", _SERIAL, primary_key=True, autoincrement=True),
        *(_text(name) for name in ("family", "status", "state", "title")),
        sa.Column("asks", sa.JSON(), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("by_hand", sa.Boolean(), nullable=False),
        _at("created_at"),
        _at("opened_at", null=True),
        _text("opened_by"),
        _at("closed_at", null=True),
        _text("closed_by"),
        _text("reason"),
        _whole("version"),
        sa.Column("numbers", sa.JSON(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("musters_state", "musters", ["state"])
    op.create_table(
        "muster_causes",
        _muster(),
        sa.Column("key", sa.Text(), primary_key=True),
        _text("kind"),
        _whole("strength"),
        _text("words"),
        _at("at"),
        _at("until"),
    )
    op.create_table(
        "muster_people",
        _muster(),
        sa.Column("person", sa.Text(), primary_key=True),
        _text("want"),
        _at("asked_at"),
        _whole("round"),
        _whole("left"),
        _at("next_at", null=True),
        sa.Column("settled", sa.Boolean(), nullable=False),
        _at("answered_at", null=True),
        _whole("answers"),
        sa.Column("sealed", sa.LargeBinary()),
    )
    op.create_index("muster_people_due", "muster_people", ["next_at"])
    op.create_index("muster_people_by_person", "muster_people", ["person"])
    op.create_table(
        "muster_sends",
        _muster(),
        sa.Column("round", sa.Integer(), primary_key=True),
        sa.Column("person", sa.Text(), primary_key=True),
        sa.Column("address", sa.Text(), primary_key=True),
        *(_text(name) for name in ("kind", "state", "detail")),
        _at("due_at"),
        _at("started_at", null=True),
        _at("finished_at", null=True),
        sa.Column("link", sa.Text(), unique=True),
        _at("link_until", null=True),
    )
    op.create_index("muster_sends_state", "muster_sends", ["state"])
    op.create_index("muster_sends_by_person", "muster_sends", ["person"])
    op.create_table(
        "muster_looks",
        _muster(),
        sa.Column("who", sa.Text(), primary_key=True),
        sa.Column("what", sa.Text(), primary_key=True),
        sa.Column("hour", sa.String(length=32), primary_key=True),
        _whole("times"),
        _at("last_at"),
    )


def downgrade() -> None:
    for name in ("muster_looks", "muster_sends", "muster_people", "muster_causes", "musters", "staff"):
        op.drop_table(name)
