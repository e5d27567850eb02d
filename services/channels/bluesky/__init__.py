"""Bluesky: the channel, the calls to its server, and the records that posts are."""
