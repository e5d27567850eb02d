"""Snow dumps: what staff say of them, what positions of trucks tell, and both as one picture."""
