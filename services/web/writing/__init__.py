"""The pages on which people write alerts: the list of those in force, and one form for every act."""
