"""The page on which staff enter which places of refuge are open, and whether the headquarters stands."""
