"""Finished days and months of what is open, as files: made once, kept, made anew where the past moves."""
