"""Unverified leads from public posts, for the desk only."""
