"""The chronology of the headquarters: what officers enter, how it is read, and its files."""
