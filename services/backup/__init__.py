"""A copy of the whole store as one file, made while the hub runs, read back on either engine."""
