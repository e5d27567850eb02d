"""Alerts as threads of short posts: how they are written, cut, sent and found again, on whatever service."""
