"""Notices of the police after they came in: which earlier one they end or correct, and what becomes of that."""
