"""``make bench``: how fast the hub is, told beside what the same machine can do at the same moment."""
