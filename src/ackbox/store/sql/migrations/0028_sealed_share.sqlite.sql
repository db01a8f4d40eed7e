-- Shares: the key of an older sealed message or text for a member that joined later, signed by the member that shares it.

CREATE TABLE sealed_share (
    ws         INTEGER NOT NULL,
    reader     TEXT    NOT NULL,
    seq        INTEGER NOT NULL,
    body       BLOB NOT NULL,
    signature  BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (ws, reader, seq)
) STRICT, WITHOUT ROWID;
