"""Damage of a disaster: what is counted, what a record is, what records come to, and what contradicts."""
