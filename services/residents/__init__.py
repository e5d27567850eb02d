"""Residents who asked to be told: what they wish, how their addresses are kept, whom an alert concerns."""
