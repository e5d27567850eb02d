"""The review queue as a page and as an API."""
