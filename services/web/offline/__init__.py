"""Public pages without a connection."""
