"""Figures and alert rules."""
