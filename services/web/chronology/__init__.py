"""The chronology as a page."""
