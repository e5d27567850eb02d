"""Archives of open data as they are shown, listed and downloaded."""
