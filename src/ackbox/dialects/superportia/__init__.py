"""SuperPortia."""
