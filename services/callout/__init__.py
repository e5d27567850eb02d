"""Calling staff: what rings, whom it calls, and who has taken it."""
