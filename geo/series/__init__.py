"""One station's values in time: what may be believed, what held at a time, a winter of days."""
