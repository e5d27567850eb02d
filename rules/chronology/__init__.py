"""The chronology as people read it: kinds in groups, lines, filters, what headquarters has in hand."""
