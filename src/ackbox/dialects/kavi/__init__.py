"""Kavi."""
