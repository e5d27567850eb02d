"""One alert's whole story: what was measured, what that meant, who decided, what went where, and who confirmed it."""
