"""``/open311/v2``: GeoReport v2 for residents' applications, in XML and JSON."""
