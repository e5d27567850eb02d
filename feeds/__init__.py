"""What came in: bytes of the outside world become records. Imports nothing of the house."""
