"""The channel ``push``: browsers of residents who asked to be told (Web Push)."""
