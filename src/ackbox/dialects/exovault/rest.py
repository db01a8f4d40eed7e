"""ExoVault's REST interface, as data: a route for each tool.

Explained in docs/howto/coming-from-exovault.md.
"""

from ackbox.dialects.engine.rest import Rest, Route
from ackbox.dialects.exovault import (
    graph,
    hooks,
    memories,
    messages,
    notes,
    replies,
    sessions,
    tasks,
    vaults,
)
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
        Route(method="POST", path="/write-memory", tool=memories.WRITE_MEMORY),
        Route(method="POST", path="/search-memories", tool=memories.SEARCH_MEMORIES),
        Route(method="POST", path="/read-memories", tool=memories.READ_MEMORIES),
        Route(method="POST", path="/update-memory", tool=memories.UPDATE_MEMORY),
        Route(method="POST", path="/get-related-memories", tool=memories.RELATED),
        Route(method="POST", path="/create-note", tool=notes.CREATE_NOTE),
        Route(method="POST", path="/list-notes", tool=notes.LIST_NOTES),
        Route(method="POST", path="/read-note", tool=notes.READ_NOTE),
        Route(method="POST", path="/update-note", tool=notes.UPDATE_NOTE),
        Route(method="POST", path="/search-notes", tool=notes.SEARCH_NOTES),
        Route(method="POST", path="/add-link", tool=graph.ADD_LINK),
        Route(method="POST", path="/get-links", tool=graph.GET_LINKS),
        Route(method="POST", path="/create-plan-tasks", tool=tasks.CREATE_PLAN),
        Route(method="POST", path="/archive-memory", tool=memories.ARCHIVE),
        Route(method="POST", path="/cleanup-memories", tool=memories.CLEANUP),
        Route(method="POST", path="/read-notes", tool=notes.READ_NOTES),
        Route(method="POST", path="/delete-note", tool=notes.DELETE_NOTE),
        Route(method="POST", path="/semantic-search", tool=notes.SEMANTIC_SEARCH),
        Route(method="POST", path="/search-and-read", tool=notes.SEARCH_AND_READ),
        Route(method="POST", path="/list-folders", tool=notes.LIST_FOLDERS),
        Route(method="POST", path="/create-folder", tool=notes.CREATE_FOLDER),
        Route(method="POST", path="/move-note", tool=notes.MOVE_NOTE),
        Route(method="POST", path="/remove-link", tool=graph.REMOVE_LINK),
        Route(method="POST", path="/explore-graph", tool=graph.EXPLORE),
        Route(method="POST", path="/list-vaults", tool=vaults.LIST_VAULTS),
        Route(method="POST", path="/create-vault", tool=vaults.CREATE_VAULT),
        Route(method="POST", path="/read-document", tool=vaults.READ_DOCUMENT),
        Route(method="POST", path="/update-document", tool=vaults.UPDATE_DOCUMENT),
        Route(method="POST", path="/read-docs", tool=vaults.READ_DOCS),
    ),
)
