"""What offices said: which telegrams and documents stand, and which of them speaks."""
