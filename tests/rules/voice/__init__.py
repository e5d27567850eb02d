"""Spoken alerts."""
