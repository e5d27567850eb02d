"""Self-tests of the channels."""
