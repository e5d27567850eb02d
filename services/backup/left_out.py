"""What a copy holds of the data directory, and which tables it leaves out: of running processes, of a few hours."""

from __future__ import annotations

from collections.abc import Mapping

TABLES: Mapping[str, str] = {
    "leases": "which process runs what: none runs after a restore",
    "presences": "who has what open: of the last half minute",
    "pending_logins": "who is logging in",
    "processes": "which processes there are",
    "sessions": "who is logged in: everybody logs in again",
    "leads": "public posts, kept for hours only",
    "lead_acts": "with the leads",
    "lead_reads": "with the leads",
    "lead_salts": "with the leads: the two days of a salt are a promise",
    "line_talks": "talks of two hours",
}

# Of the data directory, what the hub itself puts there and cannot be had again otherwise. All else stays out: whoever
# laid a key there did not mean to give it away with every copy.
FOLDERS = ("basemap", "layers", "models", "network")
# What else is known there. The broker's own state belongs to a running broker; messages in it are not in the store yet.
# Archives of open data are made again by the store; those that it can make no more are named apart.
KNOWN = frozenset(
    {
        *("broker", "broker-session", "broker-client-id", "archive", "minimal"),
        *("hub.lock", "hub.log", "settings.toml", "THIS-IS-AN-EXERCISE"),
    }
)
ENDINGS = (".db", ".db-wal", ".db-shm", ".part", ".tmp")
