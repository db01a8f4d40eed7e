"""VantagePeers."""
