"""The client: the same call() from another process."""
