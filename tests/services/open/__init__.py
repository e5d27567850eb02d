"""Open data: terms, tables, archives, and the standards by which programs ask for what is public."""
