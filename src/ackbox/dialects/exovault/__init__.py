"""ExoVault."""
