"""One walk over every page and state: each is opened once and asked everything that can be asked of it there."""
