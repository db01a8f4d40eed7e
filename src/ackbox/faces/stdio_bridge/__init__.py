"""The stdio bridge: one agent program's connection to the server."""
