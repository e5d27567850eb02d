"""The console at another time."""
