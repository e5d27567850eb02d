"""Why was this not sent? What the store knows of one hazard at one time, and the sentence that answers."""
