"""Copies of the store and the way back."""
