"""Listening to public posts: where they come from, what is kept of them, and what officers make of it."""
