"""Rules that several operations share."""
