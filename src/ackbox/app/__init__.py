"""The app: the one path to the store, and the background work."""
