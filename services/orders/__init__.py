"""The snow desk: what the hub proposes, what people order, what contractors answer, what plows do about it."""
