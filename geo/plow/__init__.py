"""Snow plows: their traces made clean, matched to the road network, and counted as passes."""
