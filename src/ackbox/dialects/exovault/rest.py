"""ExoVault's REST interface, as data: a route for each tool.

Explained in docs/howto/coming-from-exovault.md.
"""

from ackbox.dialects.engine.rest import Rest, Route
from ackbox.dialects.exovault import hooks, messages, notes, replies, sessions, tasks
from ackbox.dialects.exovault.errors import ERRORS

EXOVAULT_REST = Rest(
    name="exovault",
    prefixes=("/api/agent",),
    errors=ERRORS,
    error_body=replies.error_body,
    opening=sessions.OPENING,
    routes=(
        Route(method="POST", path="/hook-context", tool=hooks.HOOK_CONTEXT),
        Route(method="POST", path="/ingest-turn", tool=hooks.INGEST_TURN),
        Route(method="POST", path="/session-start", tool=sessions.START),
        Route(method="POST", path="/context-checkpoint", tool=sessions.CHECKPOINT),
        Route(method="POST", path="/send-message", tool=messages.SEND),
        Route(method="POST", path="/read-messages", tool=messages.READ),
        Route(method="POST", path="/ack-message", tool=messages.ACK),
        Route(method="POST", path="/list-active-agents", tool=messages.AGENTS),
        Route(method="POST", path="/create-task", tool=tasks.CREATE_TASK),
        Route(method="POST", path="/list-tasks", tool=tasks.LIST_TASKS),
        Route(method="POST", path="/update-task", tool=tasks.UPDATE_TASK),
        Route(method="POST", path="/write-memory", tool=notes.WRITE_MEMORY),
        Route(method="POST", path="/search-memories", tool=notes.SEARCH_MEMORIES),
        Route(method="POST", path="/read-memories", tool=notes.READ_MEMORIES),
        Route(method="POST", path="/update-memory", tool=notes.UPDATE_MEMORY),
        Route(method="POST", path="/get-related-memories", tool=notes.RELATED),
        Route(method="POST", path="/create-note", tool=notes.CREATE_NOTE),
        Route(method="POST", path="/list-notes", tool=notes.LIST_NOTES),
        Route(method="POST", path="/read-note", tool=notes.READ_NOTE),
        Route(method="POST", path="/update-note", tool=notes.UPDATE_NOTE),
        Route(method="POST", path="/search-notes", tool=notes.SEARCH_NOTES),
        Route(method="POST", path="/add-link", tool=notes.ADD_LINK),
        Route(method="POST", path="/get-links", tool=notes.GET_LINKS),
    ),
)
