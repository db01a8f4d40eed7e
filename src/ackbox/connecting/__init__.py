"""Connecting: putting ackbox into the settings of agent programs, and taking it out again."""
