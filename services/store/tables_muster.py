"""安否確認・職員参集: the staff directory, musters, who was asked, every message. Names, addresses, answers are sealed.
Hub time, but for the directory.
"""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from services.store.columns import Instant, Serial, metadata

staff = Table(  # deleted for good when somebody leaves; wall time
    "staff",
    metadata,
    Column("code", Text, primary_key=True),  # the city's own number of the person
    Column("bureau", Text, nullable=False),
    Column("section", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("category", Text, nullable=False),  # 参集区分
    Column("place", Text, nullable=False),  # 参集場所
    Column("drills", Boolean, nullable=False),  # takes part in drills
    Column("sealed", LargeBinary, nullable=False),  # name, telephone, addresses
    Column("lookups", JSON, nullable=False),  # keyed hashes of the addresses, in their order
    Column("changed_at", Instant, nullable=False),
)

musters = Table(  # one question to many, from its proposal to its end
    "musters",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("family", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("state", Text, nullable=False),  # proposed open closed declined lapsed
    Column("title", Text, nullable=False),  # what happened, one line, without any mark
    Column("asks", JSON, nullable=False),  # 参集区分 → inform safety come
    Column("rules", JSON, nullable=False),
    Column("by_hand", Boolean, nullable=False),  # a person began, approved or raised it
    Column("created_at", Instant, nullable=False),
    Column("opened_at", Instant),
    Column("opened_by", Text, nullable=False),
    Column("closed_at", Instant),  # or declined, or lapsed
    Column("closed_by", Text, nullable=False),
    Column("reason", Text, nullable=False),  # why it was begun by hand, closed or declined
    Column("version", Integer, nullable=False),
    Column("numbers", JSON, nullable=False),  # heads, written when it is closed
    Index("musters_state", "state"),
    sqlite_autoincrement=True,
)

muster_causes = Table(  # what it goes by
    "muster_causes",
    metadata,
    Column("muster", Serial, ForeignKey("musters.id"), primary_key=True, autoincrement=False),
    Column("key", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("strength", Integer, nullable=False),
    Column("words", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("until", Instant, nullable=False),
)

muster_people = Table(  # one person of one muster
    "muster_people",
    metadata,
    Column("muster", Serial, ForeignKey("musters.id"), primary_key=True, autoincrement=False),
    Column("person", Text, primary_key=True),  # of the directory
    Column("want", Text, nullable=False),  # inform safety come
    Column("asked_at", Instant, nullable=False),
    Column("round", Integer, nullable=False),  # messages so far: the number of the next
    Column("left", Integer, nullable=False),  # messages yet to be written, unless an answer comes
    Column("next_at", Instant),  # when the next message is due; null: none
    Column("settled", Boolean, nullable=False),  # answered all that was asked
    Column("answered_at", Instant),
    Column("answers", Integer, nullable=False),
    Column("sealed", LargeBinary),  # the newest answer
    Index("muster_people_due", "next_at"),
    Index("muster_people_by_person", "person"),
)

muster_sends = Table(  # one message to one address, written down before it goes out: never twice in a round
    "muster_sends",
    metadata,
    Column("muster", Serial, ForeignKey("musters.id"), primary_key=True, autoincrement=False),
    Column("round", Integer, primary_key=True),
    Column("person", Text, primary_key=True),
    Column("address", Text, primary_key=True),  # keyed hash
    Column("kind", Text, nullable=False),  # ask remind over
    Column("state", Text, nullable=False),  # due sending sent failed unknown dropped
    Column("detail", Text, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("started_at", Instant),
    Column("finished_at", Instant),
    Column("link", Text, unique=True),  # SHA-256 of the token in the message
    Column("link_until", Instant),
    Index("muster_sends_state", "state"),
    Index("muster_sends_by_person", "person"),
)

muster_looks = Table(  # who looked at what people answered, hour by hour
    "muster_looks",
    metadata,
    Column("muster", Serial, ForeignKey("musters.id"), primary_key=True, autoincrement=False),
    Column("who", Text, primary_key=True),
    Column("what", Text, primary_key=True),  # page api file answer
    Column("hour", Instant, primary_key=True),
    Column("times", Integer, nullable=False),
    Column("last_at", Instant, nullable=False),
)
