"""Who sent what people reported, apart from it and sealed; who looked at that; which copies of the store there are."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, LargeBinary, Table, Text, UniqueConstraint

from services.store.columns import Instant, Serial, metadata

reporters = Table(  # how to reach a sender, and the words that told it; nothing here can be read without the key
    "reporters",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("about", Text, nullable=False),  # key of the report's record, or request/NUMBER
    Column("part", Text, nullable=False),  # empty: the thing itself; word/…, act/… : what was added to it
    Column("request", BigInteger),  # where it is about a request
    Column("status", Text, nullable=False),
    Column("members", JSON, nullable=False),  # names of what there is: phone, mail, words, …
    Column("key", Text, nullable=False),  # id of the secret it is sealed under
    Column("sealed", LargeBinary, nullable=False),
    Column("arrived_at", Instant, nullable=False),  # hub time
    UniqueConstraint("about", "part", name="reporters_once"),
    Index("reporters_by_age", "arrived_at"),
    Index("reporters_by_request", "request"),
    Index("reporters_by_key", "key"),
    sqlite_autoincrement=True,
)

reporter_marks = Table(  # by what a person's rows are found without being read: keyed hashes
    "reporter_marks",
    metadata,
    Column("mark", Text, primary_key=True),
    Column("reporter", Serial, ForeignKey("reporters.id"), primary_key=True, autoincrement=False),
    Index("reporter_marks_of", "reporter"),
    sqlite_with_rowid=False,
)

reporter_looks = Table(  # append-only: every look at what is sealed
    "reporter_looks",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("at", Instant, nullable=False),  # hub time
    Column("who", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("purpose", Text, nullable=False),  # as services.reporters.purposes.Purpose
    Column("note", Text, nullable=False),  # covered like any words
    Column("how", Text, nullable=False),  # page, api, cli, export
    Column("members", JSON, nullable=False),  # what was shown, by name
    Index("reporter_looks_by_time", "at"),
    Index("reporter_looks_about", "about"),
    sqlite_autoincrement=True,
)

backups = Table(  # copies of the store that people made, and by when each must be destroyed; wall time
    "backups",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("made_at", Instant, nullable=False),
    Column("place", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("destroy_by", Instant, nullable=False),
    Column("destroyed_at", Instant),
    Column("destroyed_who", Text, nullable=False),
    Index("backups_by_end", "destroyed_at"),
    sqlite_autoincrement=True,
)
