"""How decisions become sentences: times, level words and sandboxed templates."""
