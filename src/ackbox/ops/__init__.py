"""The verbs: every operation ackbox can do, by family. Importing this fills the table."""

from ackbox.ops import agents, feed, inbox, keys, messages, threads, workspaces

__all__ = ["agents", "feed", "inbox", "keys", "messages", "threads", "workspaces"]
