"""気象庁防災情報XML: telegrams of the Japan Meteorological Agency. A new type is one row in types.py."""
