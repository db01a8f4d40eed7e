"""WebSocket: calls and the feed."""
