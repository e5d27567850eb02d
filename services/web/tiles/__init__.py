"""The base map as browsers ask for it."""
