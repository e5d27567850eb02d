"""Residents tell the city something by its LINE account: events taken in, a small conversation, and its answers."""
