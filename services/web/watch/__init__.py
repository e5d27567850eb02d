"""Pages of watching over people: the welfare desk, and what a supporter's link opens."""
