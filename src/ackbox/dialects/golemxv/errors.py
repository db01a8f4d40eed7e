"""How GolemXV says each kind of error, as data.

Explained in docs/howto/coming-from-golemxv.md.
"""

from ackbox.dialects.engine.errors import ErrorReply
from ackbox.dialects.golemxv import replies

ERRORS: dict[str, ErrorReply] = {
    "MissingField session_token": ErrorReply(400, "MISSING_TOKEN", "session_token is required"),
    "invalid agent": ErrorReply(400, "MISSING_TOKEN", "session_token is required"),
    "MissingField": ErrorReply(400, "MISSING_FIELD", "{path} is required"),
    "not_found session_token": ErrorReply(404, "SESSION_NOT_FOUND", "No active session"),
    "not_found session": ErrorReply(404, "SESSION_NOT_FOUND", "No active session"),
    "not_found task_id": ErrorReply(404, "TASK_NOT_FOUND", "Task not found"),
    "not_found project_slug": ErrorReply(404, "NOT_FOUND", "No such project"),
    "not_found workspace": ErrorReply(404, "NOT_FOUND", "No such project"),
    "WrongMethod": ErrorReply(405, "METHOD_NOT_ALLOWED"),
    "unknown_recipient": ErrorReply(
        404, "RECIPIENT_NOT_FOUND", "No active agent {details[recipient]!r}"
    ),
    "not_found": ErrorReply(404, "NOT_FOUND"),
    "BadKey": ErrorReply(401, "UNAUTHORIZED"),
    "forbidden": ErrorReply(403, "FORBIDDEN"),
    "conflict": ErrorReply(409, "CONFLICT"),
    "loop_guard": ErrorReply(409, "CONFLICT"),
    "rate_limited": ErrorReply(429, "RATE_LIMITED"),
    "unavailable": ErrorReply(503, "UNAVAILABLE"),
    "*": ErrorReply(400, "VALIDATION", "{message} {hint}"),
}
# A status that may not follow, and one that is none.
CHANGE_ERRORS: dict[str, ErrorReply] = {
    "forbidden task_id": ErrorReply(403, "NOT_ASSIGNED"),
    "conflict": ErrorReply(422, "INVALID_TRANSITION"),
    "Invalid status": ErrorReply(400, "INVALID_STATUS", "{message} {hint}"),
}
CLAIM_FAILED: dict[str, ErrorReply] = {"conflict": ErrorReply(409, "CLAIM_FAILED")}
SCOPE_CONFLICT: dict[str, ErrorReply] = {
    "conflict": ErrorReply(409, "CONFLICT", "Scope conflict detected", replies.scope_conflict)
}
