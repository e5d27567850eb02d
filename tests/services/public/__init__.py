"""The public page and what is made of the same picture."""
