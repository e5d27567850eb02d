"""Alembic's entry: migrate over the connection we were given, in its transaction."""

from __future__ import annotations

from alembic import context

from services.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
context.run_migrations()
