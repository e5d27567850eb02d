"""Towns and other places of the city by name: what somebody types as their address."""
