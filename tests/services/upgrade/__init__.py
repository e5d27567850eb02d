"""Stores of earlier versions, kept with what they held, and brought up to date."""
