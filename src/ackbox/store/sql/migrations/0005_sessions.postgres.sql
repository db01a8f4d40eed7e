-- Sessions: declared runs of a reader. Notes: text that a workspace keeps, appended and superseded, never edited.

CREATE TABLE session (
    ws         BIGINT NOT NULL,
    seq        BIGINT NOT NULL,
    id         TEXT    NOT NULL,
    digest     BYTEA,
    reader     BIGINT NOT NULL,
    area       TEXT,
    files      TEXT    NOT NULL,
    ttl_s      BIGINT NOT NULL,
    announce   BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    last_seen  BIGINT NOT NULL,
    ended_at   BIGINT,
    summary    TEXT,
    outcome    TEXT,
    touched    TEXT    NOT NULL,
    PRIMARY KEY (ws, seq)
);
CREATE UNIQUE INDEX session_by_id ON session (ws, id);
CREATE UNIQUE INDEX session_by_digest ON session (ws, digest);
CREATE INDEX session_by_reader ON session (ws, reader, seq);
CREATE INDEX session_open ON session (ws, last_seen) WHERE ended_at IS NULL;

CREATE TABLE note (
    ws              BIGINT NOT NULL,
    seq             BIGINT NOT NULL,
    id              TEXT    NOT NULL,
    kind            TEXT    NOT NULL,
    title           TEXT,
    text            TEXT    NOT NULL,
    tags            TEXT    NOT NULL,
    priority        BIGINT NOT NULL,
    metadata        TEXT    NOT NULL,
    author          BIGINT NOT NULL,
    author_name     TEXT    NOT NULL,
    author_instance TEXT,
    session         BIGINT,
    content         BYTEA    NOT NULL,
    acting_key      TEXT,
    created_at      BIGINT NOT NULL,
    PRIMARY KEY (ws, seq)
);
CREATE UNIQUE INDEX note_by_id ON note (ws, id);
CREATE INDEX note_by_content ON note (ws, content);
CREATE INDEX note_by_kind ON note (ws, kind, seq);
CREATE INDEX note_by_author ON note (ws, author, seq);

CREATE TABLE note_link (
    ws         BIGINT NOT NULL,
    source     BIGINT NOT NULL,
    relation   TEXT    NOT NULL,
    target     BIGINT NOT NULL,
    author     BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (ws, source, relation, target)
);
CREATE INDEX note_link_by_target ON note_link (ws, target, relation);

CREATE TABLE note_words (
    ws    BIGINT   NOT NULL,
    seq   BIGINT   NOT NULL,
    words TSVECTOR NOT NULL,
    PRIMARY KEY (ws, seq)
);
CREATE INDEX note_words_by_word ON note_words USING gin (words);

SELECT ackbox_wall(walled::regclass) FROM unnest(ARRAY['session', 'note', 'note_link', 'note_words']) AS walled;

DO $$
BEGIN
    IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'ackbox_app') THEN
        REVOKE UPDATE, DELETE ON note, note_link, note_words FROM ackbox_app;
    END IF;
END $$;
