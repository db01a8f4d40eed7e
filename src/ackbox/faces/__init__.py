"""Ways in. Each is given a `call` and knows nothing of the others."""
