"""The server: ASGI application, start, guard, metrics, log."""
