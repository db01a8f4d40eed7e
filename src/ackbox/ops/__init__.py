"""The verbs: every operation ackbox can do, by family. Importing this fills the table."""

from ackbox.ops import agents, asking, feed, history, inbox, keeping, keys, messages, threads, watching, workspaces

__all__ = ["agents", "asking", "feed", "history", "inbox", "keeping", "keys", "messages", "threads", "watching", "workspaces"]
