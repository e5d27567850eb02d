"""Trying every configured channel end to end, on purpose and each month, and keeping what came of it."""
