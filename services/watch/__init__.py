"""Watching over people: their register, what their devices say, who is told and what they answered, who looked."""
