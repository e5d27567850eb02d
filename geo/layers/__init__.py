"""Hazard maps: read from whatever the ministries publish, told apart, repaired, and held in memory."""
