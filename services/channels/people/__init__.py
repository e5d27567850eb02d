"""Channels that tell many people one by one: what they share."""
