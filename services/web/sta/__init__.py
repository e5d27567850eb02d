"""Sensors and trusted readings in the manner of OGC SensorThings 1.1: a part of it, to be read (docs/open-data.md)."""
