"""The table of archives: what is given away for download, of each kind of data and each day and month."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table, Text, false

from services.store.columns import Instant, metadata

archives = Table(  # a row per file; the file itself lies in the data folder, under a name made of its digest
    "archives",
    metadata,
    Column("kind", Text, primary_key=True),  # readings, alerts, …
    Column("period", Text, primary_key=True),  # 2026-11-20 or 2026-11, in Japan
    Column("begins", Instant, nullable=False),
    Column("ends", Instant, nullable=False),  # no longer in it
    Column("sha256", Text, nullable=False),  # of the file; empty: withdrawn
    Column("content", Text, nullable=False),  # of what is packed in it: the same data, the same content
    Column("bytes", BigInteger, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("head", Integer, nullable=False),  # bytes of the file before its first row
    Column("version", Integer, nullable=False),  # 1, and one more with each correction
    Column("before", Text, nullable=False),  # sha256 of the version before; empty: there was none
    Column("made_at", Instant, nullable=False),  # this version
    Column("looked_at", Instant, nullable=False),  # when it was last made and came out the same, or not
    Column("withheld", Text, nullable=False),  # digest of what was kept out of it
    Column("stale", Boolean, nullable=False, server_default=false()),  # something of its period came later
    Index("archives_by_end", "ends"),
)
