"""Connecting: add ackbox to the settings of agent programs, and remove it again."""
