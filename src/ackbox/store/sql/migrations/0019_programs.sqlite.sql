-- Sessions of agent programs that report by a hook: whose each is, what it does now, and what it was shown.

CREATE TABLE program_session (
    ws          INTEGER NOT NULL,
    program     TEXT    NOT NULL,
    id          TEXT    NOT NULL,
    reader      INTEGER NOT NULL,
    activity    TEXT    NOT NULL,
    activity_at INTEGER NOT NULL,
    started_at  INTEGER NOT NULL,
    last_at     INTEGER NOT NULL,
    memory      TEXT    NOT NULL,
    PRIMARY KEY (ws, program, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX program_session_by_age ON program_session (ws, last_at);
