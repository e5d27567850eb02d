"""Senders of reports: looking at how to reach them, moving and resealing them, and what they may ask of the city."""
