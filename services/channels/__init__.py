"""The outlets: one file, one registry line, one contract for all."""
