"""The channel ``mail``: residents who subscribed, one mail each."""
