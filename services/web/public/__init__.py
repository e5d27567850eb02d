"""The page for everybody, and what is made of the same picture: widget, Atom feed, a short list for programs."""
