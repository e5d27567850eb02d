"""Reports of people: where they say it was, which speak of one thing, and where many gather."""
