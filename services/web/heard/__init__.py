"""/report: residents tell the city something, with or without scripts, and follow it by a link."""
