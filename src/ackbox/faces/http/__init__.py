"""Parts that all faces over HTTP share."""
