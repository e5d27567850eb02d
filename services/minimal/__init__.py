"""Minimal mode: people warn the city while the store is lost, and what they did comes into it afterwards, once.

It is the same desk on a store of its own: a SQLite file on another disk, the *journal*. In good times the hub lays
aside what the journal needs to begin (:mod:`services.minimal.aside`); when the store is back, what was done is brought
into it (:mod:`services.minimal.bringing`).
"""
