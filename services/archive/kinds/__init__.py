"""The kinds of archives, one to a file."""
