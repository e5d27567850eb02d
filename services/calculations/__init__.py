"""Single models over a series in a file, for people who check our figures: one file each, listed in ``registry``."""
