"""ExoVault's REST interface, as data: a road for each of the words in exovault.py.

No code: the face reads it. Explained in docs/howto/coming-from-exovault.md.
"""

from ackbox.dialects.engine.rest import Rest, Road
from ackbox.dialects.exovault.arguments import (
    ACK,
    ADD_LINK,
    AGENTS,
    CHECKPOINT,
    CREATE_NOTE,
    CREATE_TASK,
    ERRORS,
    GET_LINKS,
    LIST_NOTES,
    LIST_TASKS,
    OPENING,
    READ,
    READ_MEMORIES,
    READ_NOTE,
    REFUSAL,
    RELATED,
    SEARCH_MEMORIES,
    SEARCH_NOTES,
    SEND,
    START,
    UPDATE_MEMORY,
    UPDATE_NOTE,
    UPDATE_TASK,
    WRITE_MEMORY,
)

EXOVAULT_REST = Rest(
    name="exovault",
    prefixes=("/api/agent",),
    errors=ERRORS,
    refusal=REFUSAL,
    opening=OPENING,
    roads=(
        Road(method="POST", path="/session-start", word=START),
        Road(method="POST", path="/context-checkpoint", word=CHECKPOINT),
        Road(method="POST", path="/send-message", word=SEND),
        Road(method="POST", path="/read-messages", word=READ),
        Road(method="POST", path="/ack-message", word=ACK),
        Road(method="POST", path="/list-active-agents", word=AGENTS),
        Road(method="POST", path="/create-task", word=CREATE_TASK),
        Road(method="POST", path="/list-tasks", word=LIST_TASKS),
        Road(method="POST", path="/update-task", word=UPDATE_TASK),
        Road(method="POST", path="/write-memory", word=WRITE_MEMORY),
        Road(method="POST", path="/search-memories", word=SEARCH_MEMORIES),
        Road(method="POST", path="/read-memories", word=READ_MEMORIES),
        Road(method="POST", path="/update-memory", word=UPDATE_MEMORY),
        Road(method="POST", path="/get-related-memories", word=RELATED),
        Road(method="POST", path="/create-note", word=CREATE_NOTE),
        Road(method="POST", path="/list-notes", word=LIST_NOTES),
        Road(method="POST", path="/read-note", word=READ_NOTE),
        Road(method="POST", path="/update-note", word=UPDATE_NOTE),
        Road(method="POST", path="/search-notes", word=SEARCH_NOTES),
        Road(method="POST", path="/add-link", word=ADD_LINK),
        Road(method="POST", path="/get-links", word=GET_LINKS),
    ),
)
