"""X (formerly Twitter): the channel, its two calls, how it counts, and what its errors mean."""
