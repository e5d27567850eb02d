"""What staff say of snow dumps, and how that is told."""
