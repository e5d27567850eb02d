"""Out of the house: the one place where lines to other people's machines are opened."""
