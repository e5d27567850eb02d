"""What one shift tells the next: a document that is frozen and signed."""
