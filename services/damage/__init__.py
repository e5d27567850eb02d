"""Damage of disasters: what staff enter, what it comes to, and what is handed upward."""
