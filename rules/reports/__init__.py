"""What people and police tell the city: how a report lives, who has a word in it, and what waits for whom."""
