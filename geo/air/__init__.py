"""Heat, moisture and sunshine of the air, and how warm the next hours will be."""
