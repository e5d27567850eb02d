"""Archives of open data: making, keeping and giving them."""
