"""River levels some hours ahead: what is known at an hour, what was learned from floods, and how good it is."""
