"""Orders to plow: what a city's own rule says of a section now, and how an order lives. ``decide`` is the entrance."""
