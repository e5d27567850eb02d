""" "Why not my street?": what the city knows of one road, in one answer that a resident understands."""
