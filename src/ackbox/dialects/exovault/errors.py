"""How ExoVault says each kind of error, as data.

Explained in docs/howto/coming-from-exovault.md.
"""

from ackbox.dialects.engine.errors import ErrorReply

ERRORS: dict[str, ErrorReply] = {
    "BadKey missing": ErrorReply(401, text="Missing or invalid agent key"),
    "BadKey revoked": ErrorReply(401, text="Agent key has been revoked"),
    "BadKey expired": ErrorReply(401, text="Agent key has expired"),
    "BadKey": ErrorReply(401, text="Invalid agent key"),
    "not_found vaultId": ErrorReply(400, text="Invalid vaultId for this user"),
    "not_found workspace": ErrorReply(400, text="Invalid vaultId for this user"),
    "NotFound parentMessageId": ErrorReply(404, text="Message not found"),
    "NotFound messageId": ErrorReply(404, text="Message not found"),
    "WrongMethod": ErrorReply(405),
    "not_found": ErrorReply(404),
    "unknown_recipient": ErrorReply(404),
    "forbidden": ErrorReply(403, text="SCOPE_DENIED: {message}"),
    "conflict": ErrorReply(409),
    "loop_guard": ErrorReply(409),
    "rate_limited": ErrorReply(429, text="Rate limit exceeded"),
    "unavailable": ErrorReply(500, text="Internal server error"),
    "*": ErrorReply(400, text="Validation failed"),
}
