"""How rows that move stood before, so that the console can show what the hub knew at an instant of the last days."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

_LONG_AGO = "2000-01-01T00:00:00.000000Z"
_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _instant(name: str, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length=32), nullable=null)


def _text(name: str, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=null)


def _number(name: str, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), nullable=null)


def _flag(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def _small(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _json(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.JSON(), nullable=False)


def _tables() -> dict[str, tuple[list[sa.Column[Any]], list[sa.Column[Any]]]]:
    """Table → its key, and what of it moves."""
    sending = [_text("state"), _text("reason"), _small("attempts"), _instant("next_at")]
    sending += [_instant("first_tried_at", null=True), _flag("after_unknown"), _instant("finished_at", null=True)]
    waiting = [_instant("leaves_at"), _text("who"), _text("stays"), _instant("begun_at")]
    reason = [_text("detail"), _instant("last_at"), _small("times"), _flag("current"), _instant("until", null=True)]
    return {
        "alerts": ([_text("series"), _small("revision")], [_text("state"), _instant("changed_at")]),
        "outbox": ([_text("delivery")], [*sending, _json("done")]),
        "hazards": ([_number("seq")], [_flag("current"), _instant("valid_until"), _json("body")]),
        "suppressions": ([_number("suppression")], reason),
        "silences": ([_number("silence")], [_instant("ends")]),
        "outages": (
            [_number("outage")],
            [_instant("ended", null=True), _text("seen_by", null=True), _instant("seen_at", null=True)],
        ),
        "hold_offs": ([_text("series"), _small("revision")], waiting),
        "report_cases": ([_number("case")], [_text("state"), _number("same_as", null=True), _flag("changed")]),
    }


def upgrade() -> None:
    for of, (key, moving) in _tables().items():
        op.create_table(
            f"{of}_past",
            sa.Column("id", _SERIAL, autoincrement=True, nullable=False),
            *key,
            *moving,
            _instant("was_from"),
            _instant("was_until"),
            sa.PrimaryKeyConstraint("id"),
            sqlite_autoincrement=True,
        )
        op.create_index(f"{of}_past_by_key", f"{of}_past", [*(one.name for one in key), "was_until"])
        op.create_index(f"{of}_past_by_end", f"{of}_past", ["was_until"])
    for table, name in (("hold_offs", "begun_at"), ("outages", "known_at")):
        op.add_column(table, sa.Column(name, sa.String(length=32), nullable=False, server_default=_LONG_AGO))


def downgrade() -> None:
    for table, name in (("hold_offs", "begun_at"), ("outages", "known_at")):
        op.drop_column(table, name)
    for of in _tables():
        op.drop_table(f"{of}_past")
