"""The public and the desk's data as GeoJSON and JSON: one file per resource."""
