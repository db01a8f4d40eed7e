"""The same call() from afar."""
