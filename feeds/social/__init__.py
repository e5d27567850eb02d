"""Public posts of social media, as their providers give them out. Nothing of this floor stores anything."""
