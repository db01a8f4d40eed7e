"""program.*: events that agent programs report by their hooks, and messages for their models."""
