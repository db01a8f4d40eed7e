"""Tabs of the terminal UI."""
