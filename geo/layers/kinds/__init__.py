"""Kinds of layers: one file each, with every way in which the kind's attributes are spelled."""
