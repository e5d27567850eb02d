"""Handovers between shifts: what they say, and who gave and took them."""
