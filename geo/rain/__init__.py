"""What fell, where, and how wet the ground is from it."""
