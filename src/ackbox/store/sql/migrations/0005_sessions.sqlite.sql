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
CREATE INDEX note_by_author ON note (ws, author, seq);

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

CREATE TABLE note_place (
    id  INTEGER NOT NULL PRIMARY KEY,
    ws  INTEGER NOT NULL,
    seq INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX note_place_by_seq ON note_place (ws, seq);

CREATE VIRTUAL TABLE note_search USING fts5(place, text, content='', columnsize=0, prefix='3', tokenize="unicode61 remove_diacritics 2");

CREATE VIEW note_words AS SELECT ws, seq, '' AS place, '' AS text FROM note_place;
CREATE TRIGGER note_words_add INSTEAD OF INSERT ON note_words BEGIN
    INSERT INTO note_place (ws, seq) VALUES (NEW.ws, NEW.seq);
    INSERT INTO note_search (rowid, place, text) VALUES (last_insert_rowid(), NEW.place, NEW.text);
END;
