"""The store as it grows: what is kept, what goes, and what must not cost more with the years."""
