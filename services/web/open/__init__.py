"""Open data for everybody: terms, catalogue, tables, archives, and how to ask for them (docs/open-data.md)."""
