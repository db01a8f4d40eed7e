"""claude-peers."""
