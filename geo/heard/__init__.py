"""What people say in public of dangers in the city: matched to place and hazard by words, gathered, never believed."""
