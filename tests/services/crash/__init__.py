"""A hub that dies at every await between an approval and the last receipt, and what is left of it."""
