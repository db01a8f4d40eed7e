"""What every dialect shares: how arguments, replies and errors are mapped."""
