"""The damage register as a page and as an API."""
