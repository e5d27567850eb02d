"""Snow removal for the public: what is done of each road, and the answer to "why not my street?"."""
