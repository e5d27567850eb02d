"""What lies on a road surface now and within three hours, and what de-icer still does."""
