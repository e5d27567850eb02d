"""When a channel could not be used: what became of every alert that should have gone there."""
