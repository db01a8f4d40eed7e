"""Engines: SQLite and PostgreSQL."""
