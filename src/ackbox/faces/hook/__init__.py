"""The hook face: an agent program's events over HTTP, and the small command that sends them."""
