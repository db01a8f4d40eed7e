"""The terminal UI: one file for each part of the screen. Explained in docs/howto/terminal.md."""
