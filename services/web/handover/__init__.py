"""Handovers as pages."""
