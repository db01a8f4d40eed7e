"""The app: the one path down, and what runs beside it."""
