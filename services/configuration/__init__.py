"""What settings are made of: the files they are read from, and sections that need words of their own."""
