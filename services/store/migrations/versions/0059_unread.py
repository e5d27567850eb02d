"""How many messages nobody has read after all is asked every few seconds, and their bytes are not to be read for it."""

from __future__ import annotations

from alembic import op

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("quarantine_unread", "quarantine", ["replayed_at", "received_at"])


def downgrade() -> None:
    op.drop_index("quarantine_unread", "quarantine")
