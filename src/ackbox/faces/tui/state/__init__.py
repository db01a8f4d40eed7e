"""State of the terminal UI, without drawing."""
