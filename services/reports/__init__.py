"""The review queue: what people do with reports of residents and police, and what follows from it."""
