-- Sealed workspaces: the roster of their members, what each member has sent last, and who asks to be a member.

ALTER TABLE workspace ADD COLUMN sealed INTEGER NOT NULL DEFAULT 0;

CREATE TABLE roster (
    ws         INTEGER NOT NULL,
    position   INTEGER NOT NULL,
    body       BLOB NOT NULL,
    signature  BLOB NOT NULL,
    hash       BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (ws, position)
) STRICT;

-- What is visible of a sealed message and bound to its sender: a chain for each member.
CREATE TABLE sealed_message (
    ws      INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    member  TEXT    NOT NULL,
    counter INTEGER NOT NULL,
    hash    BLOB NOT NULL,
    PRIMARY KEY (ws, seq)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX sealed_message_by_member ON sealed_message (ws, member, counter);

CREATE TABLE roster_request (
    ws         INTEGER NOT NULL,
    agent      INTEGER NOT NULL,
    member     TEXT    NOT NULL,
    request    BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (ws, agent)
) STRICT, WITHOUT ROWID;
