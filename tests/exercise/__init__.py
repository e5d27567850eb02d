"""The exercise that ``make run`` plays: a real hub, a real broker, played outside services."""
