-- Sessions: declared runs of a reader. Notes: text that a workspace keeps, appended and superseded, never edited.

CREATE TABLE session (
    ws         INTEGER NOT NULL,
    seq        INTEGER NOT NULL,
    id         TEXT    NOT NULL,
    digest     BLOB,
    reader     INTEGER NOT NULL,
    area       TEXT,
    files      TEXT    NOT NULL,
    ttl_s      INTEGER NOT NULL,
    announce   INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    last_seen  INTEGER NOT NULL,
    ended_at   INTEGER,
    summary    TEXT,
    outcome    TEXT,
    touched    TEXT    NOT NULL,
    PRIMARY KEY (ws, seq)
) WITHOUT ROWID, STRICT;
CREATE UNIQUE INDEX session_by_id ON session (ws, id);
CREATE UNIQUE INDEX session_by_digest ON session (ws, digest);
CREATE INDEX session_by_reader ON session (ws, reader, seq);
CREATE INDEX session_open ON session (ws, last_seen) WHERE ended_at IS NULL;

CREATE TABLE note (
    ws              INTEGER NOT NULL,
    seq             INTEGER NOT NULL,
    id              TEXT    NOT NULL,
    kind            TEXT    NOT NULL,
    title           TEXT,
    text            TEXT    NOT NULL,
    tags            TEXT    NOT NULL,
    priority        INTEGER NOT NULL,
    metadata        TEXT    NOT NULL,
    author          INTEGER NOT NULL,
    author_name     TEXT    NOT NULL,
    author_instance TEXT,
    session         INTEGER,
    content         BLOB    NOT NULL,
    acting_key      TEXT,
    created_at      INTEGER NOT NULL,
    PRIMARY KEY (ws, seq)
) STRICT;
CREATE UNIQUE INDEX note_by_id ON note (ws, id);
CREATE INDEX note_by_content ON note (ws, content);
CREATE INDEX note_by_kind ON note (ws, kind, seq);

CREATE TABLE note_tag (
    ws  INTEGER NOT NULL,
    tag TEXT    NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (ws, tag, seq)
) WITHOUT ROWID, STRICT;

CREATE TABLE note_link (
    ws         INTEGER NOT NULL,
    source     INTEGER NOT NULL,
    relation   TEXT    NOT NULL,
    target     INTEGER NOT NULL,
    author     INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (ws, source, relation, target)
) WITHOUT ROWID, STRICT;
CREATE INDEX note_link_by_target ON note_link (ws, target, relation);
