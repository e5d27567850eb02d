"""Retention: how long each kind of record is kept, what never goes, and the job that lets the rest go."""
