"""Open311 GeoReport v2: what residents and their applications ask of a city, and what they are answered.

Source: http://wiki.open311.org/GeoReport_v2. XML always, JSON beside it; codes and ids are texts everywhere.
"""
