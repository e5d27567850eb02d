"""The base map: what lies under the dangers, built once from local files and asked of nobody outside."""
