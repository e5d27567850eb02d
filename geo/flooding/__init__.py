"""Where the water would stand: design scenarios and their extents, underpasses, small streams."""
