-- Written by tools/make_reference.py from migrations/, as SQLite holds it; for reading.
-- Change the schema with a new migration, then run `make docs`.

CREATE TABLE migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL, hash TEXT) STRICT;

CREATE TABLE workspace (
    ws          INTEGER NOT NULL PRIMARY KEY,
    name        TEXT   NOT NULL UNIQUE,
    mode        TEXT   NOT NULL,
    settings    TEXT   NOT NULL,
    next_seq    INTEGER NOT NULL,
    agent_count INTEGER NOT NULL,
    created_at  INTEGER NOT NULL
, sealed INTEGER NOT NULL DEFAULT 0) STRICT;

CREATE TABLE reader (
    ws             INTEGER NOT NULL,
    reader         INTEGER NOT NULL,
    agent          INTEGER NOT NULL,
    name           TEXT   NOT NULL,
    instance       TEXT,
    skeleton       TEXT   NOT NULL,
    kind           TEXT   NOT NULL,
    seen           INTEGER NOT NULL,
    registered_seq INTEGER NOT NULL,
    read_floor     INTEGER NOT NULL,
    delivered_floor INTEGER NOT NULL, folded TEXT,
    PRIMARY KEY (ws, reader)
) STRICT;

CREATE UNIQUE INDEX reader_by_name ON reader (ws, name, (COALESCE(instance, '')));

CREATE INDEX reader_by_agent ON reader (ws, agent);

CREATE INDEX reader_by_skeleton ON reader (ws, skeleton);

CREATE TABLE presence (
    ws         INTEGER NOT NULL,
    reader     INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    last_seen  INTEGER NOT NULL,
    ttl_s      INTEGER NOT NULL,
    left_at    INTEGER,
    card       TEXT   NOT NULL,
    PRIMARY KEY (ws, reader)
) STRICT, WITHOUT ROWID;

CREATE TABLE message (
    ws              INTEGER NOT NULL,
    seq             INTEGER NOT NULL,
    id              TEXT   NOT NULL,
    sender          INTEGER NOT NULL,
    sender_agent    INTEGER NOT NULL,
    sender_name     TEXT   NOT NULL,
    sender_instance TEXT,
    sender_kind     TEXT   NOT NULL,
    type            TEXT   NOT NULL,
    audience        TEXT   NOT NULL,
    subject         TEXT,
    body            TEXT   NOT NULL,
    intent          TEXT   NOT NULL,
    priority        INTEGER NOT NULL,
    refs            TEXT   NOT NULL,
    metadata        TEXT   NOT NULL,
    parent          TEXT,
    thread          INTEGER NOT NULL,
    thread_id       TEXT   NOT NULL,
    expects_reply_by INTEGER,
    expires_at      INTEGER,
    idempotency_key TEXT,
    hops            INTEGER NOT NULL,
    acting_key      TEXT,
    created_at      INTEGER NOT NULL,
    PRIMARY KEY (ws, seq)
) STRICT;

CREATE UNIQUE INDEX message_by_id ON message (ws, id);

CREATE INDEX message_by_sender ON message (ws, sender_agent, seq);

CREATE INDEX message_by_thread ON message (ws, thread, seq);

CREATE TABLE addressed (
    ws         INTEGER NOT NULL,
    channel    INTEGER NOT NULL,
    seq        INTEGER NOT NULL,
    left_out   INTEGER,
    expires_at INTEGER,
    PRIMARY KEY (ws, channel, seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX addressed_by_seq ON addressed (ws, seq);

CREATE TABLE receipt (
    ws           INTEGER NOT NULL,
    seq          INTEGER NOT NULL,
    reader       INTEGER NOT NULL,
    delivered_at INTEGER,
    read_at      INTEGER,
    acknowledged_at INTEGER,
    archived_at  INTEGER,
    evidence     TEXT NOT NULL,
    PRIMARY KEY (ws, seq, reader)
) STRICT, WITHOUT ROWID;

CREATE TABLE hole (
    ws     INTEGER NOT NULL,
    reader INTEGER NOT NULL,
    mark   TEXT   NOT NULL,
    seq    INTEGER NOT NULL,
    PRIMARY KEY (ws, reader, mark, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE hidden (
    ws     INTEGER NOT NULL,
    reader INTEGER NOT NULL,
    seq    INTEGER NOT NULL,
    PRIMARY KEY (ws, reader, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE idempotency (
    ws      INTEGER NOT NULL,
    sender  INTEGER NOT NULL,
    key     TEXT   NOT NULL,
    seq     INTEGER NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (ws, sender, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE event (
    ws      INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    kind    TEXT   NOT NULL,
    at      INTEGER NOT NULL,
    reader  INTEGER NOT NULL,
    subject TEXT   NOT NULL,
    PRIMARY KEY (ws, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE access_key (
    id            TEXT   NOT NULL PRIMARY KEY,
    ws            INTEGER NOT NULL,
    digest        BLOB NOT NULL,
    role          TEXT   NOT NULL,
    agent         TEXT,
    may_speak_as  TEXT   NOT NULL,
    label         TEXT   NOT NULL,
    created_at    INTEGER NOT NULL,
    expires_at    INTEGER,
    revoked_at    INTEGER
, dialect TEXT, proof BLOB) STRICT;

CREATE INDEX access_key_by_ws ON access_key (ws, id);

CREATE TABLE search_cursor (
    ws   INTEGER NOT NULL PRIMARY KEY,
    upto INTEGER NOT NULL
) STRICT;

CREATE TABLE search_place (
    id  INTEGER NOT NULL PRIMARY KEY,
    ws  INTEGER NOT NULL,
    seq INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX search_place_by_seq ON search_place (ws, seq);

CREATE VIRTUAL TABLE search USING fts5(place, text, content='', columnsize=0, prefix='3', tokenize="unicode61 remove_diacritics 2");

CREATE VIEW search_entry AS SELECT ws, seq, '' AS place, '' AS text FROM search_place;

CREATE TRIGGER search_entry_add INSTEAD OF INSERT ON search_entry BEGIN
    INSERT INTO search_place (ws, seq) VALUES (NEW.ws, NEW.seq);
    INSERT INTO search (rowid, place, text) VALUES (last_insert_rowid(), NEW.place, NEW.text);
END;

CREATE TABLE task (
    ws                INTEGER NOT NULL,
    number            INTEGER NOT NULL,
    id                TEXT    NOT NULL,
    title             TEXT    NOT NULL,
    description       TEXT    NOT NULL,
    status            TEXT    NOT NULL,
    priority          INTEGER NOT NULL,
    creator           INTEGER NOT NULL,
    creator_name      TEXT    NOT NULL,
    assignee          INTEGER,
    assignee_name     TEXT,
    assignee_instance TEXT,
    project           TEXT,
    mission           TEXT,
    tags              TEXT    NOT NULL,
    card              TEXT    NOT NULL,
    idempotency_key   TEXT,
    created_at        INTEGER NOT NULL,
    updated_at        INTEGER NOT NULL,
    PRIMARY KEY (ws, number)
) STRICT;

CREATE UNIQUE INDEX task_by_id ON task (ws, id);

CREATE UNIQUE INDEX task_by_key ON task (ws, creator, idempotency_key);

CREATE INDEX task_by_assignee ON task (ws, assignee, number);

CREATE TABLE task_need (
    ws     INTEGER NOT NULL,
    number INTEGER NOT NULL,
    needs  INTEGER NOT NULL,
    PRIMARY KEY (ws, number, needs)
) STRICT, WITHOUT ROWID;

CREATE TABLE task_place (
    id     INTEGER NOT NULL PRIMARY KEY,
    ws     INTEGER NOT NULL,
    number INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX task_place_by_number ON task_place (ws, number);

CREATE VIRTUAL TABLE task_search USING fts5(place, text, prefix='3', tokenize="unicode61 remove_diacritics 2");

CREATE VIEW task_words AS SELECT ws, number, '' AS place, '' AS text FROM task_place;

CREATE TRIGGER task_words_add INSTEAD OF INSERT ON task_words BEGIN
    INSERT INTO task_place (ws, number) VALUES (NEW.ws, NEW.number);
    INSERT INTO task_search (rowid, place, text) VALUES (last_insert_rowid(), NEW.place, NEW.text);
END;

CREATE TRIGGER task_words_drop INSTEAD OF DELETE ON task_words BEGIN
    DELETE FROM task_search WHERE rowid = (SELECT id FROM task_place WHERE ws = OLD.ws AND number = OLD.number);
    DELETE FROM task_place WHERE ws = OLD.ws AND number = OLD.number;
END;

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
    created_at      INTEGER NOT NULL, folder INTEGER, write_id TEXT, expires_at INTEGER, archived_at INTEGER,
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

CREATE TABLE schedule (
    ws         INTEGER NOT NULL,
    id         TEXT    NOT NULL,
    seq        INTEGER NOT NULL,
    cron       TEXT    NOT NULL,
    zone       TEXT    NOT NULL,
    audience   TEXT    NOT NULL,
    subject    TEXT,
    body       TEXT    NOT NULL,
    intent     TEXT    NOT NULL,
    priority   INTEGER NOT NULL,
    created_by TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    next_at    INTEGER NOT NULL,
    last_at    INTEGER,
    last_error TEXT,
    PRIMARY KEY (ws, id)
) STRICT;

CREATE UNIQUE INDEX schedule_by_seq ON schedule (ws, seq);

CREATE INDEX schedule_by_next ON schedule (next_at);

CREATE TABLE webhook (
    ws          INTEGER NOT NULL,
    id          TEXT    NOT NULL,
    form        TEXT    NOT NULL,
    secret      BLOB    NOT NULL,
    audience    TEXT    NOT NULL,
    subject     TEXT,
    body        TEXT    NOT NULL,
    intent      TEXT    NOT NULL,
    priority    INTEGER NOT NULL,
    created_by  TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    received    INTEGER NOT NULL,
    received_at INTEGER,
    PRIMARY KEY (ws, id)
) STRICT;

CREATE UNIQUE INDEX webhook_by_id ON webhook (id);

CREATE INDEX task_unfinished ON task (ws, priority, number) WHERE status NOT IN ('done', 'failed', 'cancelled');

CREATE TABLE database_copy (
    made_at  INTEGER NOT NULL PRIMARY KEY,
    bytes    INTEGER NOT NULL,
    verified TEXT    NOT NULL
) STRICT;

CREATE TABLE newcomer (
    ws     INTEGER NOT NULL,
    reader INTEGER NOT NULL,
    seq    INTEGER NOT NULL,
    PRIMARY KEY (ws, reader, seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX newcomer_by_seq ON newcomer (ws, seq);

CREATE INDEX reader_by_fold ON reader (ws, folded);

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

CREATE TABLE obligation (
    ws       INTEGER NOT NULL,
    channel  INTEGER NOT NULL,
    seq      INTEGER NOT NULL,
    stage    INTEGER NOT NULL,
    next_at  INTEGER NOT NULL,
    reroute  INTEGER NOT NULL,
    PRIMARY KEY (ws, channel, seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX obligation_by_seq ON obligation (ws, seq);

CREATE INDEX obligation_by_next ON obligation (next_at);

CREATE UNIQUE INDEX note_by_write_id ON note (ws, author, write_id) WHERE write_id IS NOT NULL;

CREATE INDEX note_by_folder ON note (ws, folder, seq) WHERE folder IS NOT NULL;

CREATE VIEW note_words_gone AS SELECT ws, seq, '' AS place, '' AS text FROM note_place;

CREATE TRIGGER note_words_remove INSTEAD OF INSERT ON note_words_gone BEGIN
    INSERT INTO note_search (note_search, rowid, place, text)
    SELECT 'delete', p.id, NEW.place, NEW.text FROM note_place p WHERE p.ws = NEW.ws AND p.seq = NEW.seq;
    DELETE FROM note_place WHERE ws = NEW.ws AND seq = NEW.seq;
END;

CREATE INDEX access_key_by_end ON access_key (expires_at) WHERE expires_at IS NOT NULL;

CREATE INDEX access_key_by_revocation ON access_key (revoked_at) WHERE revoked_at IS NOT NULL;

CREATE TABLE roster (
    ws         INTEGER NOT NULL,
    position   INTEGER NOT NULL,
    body       BLOB NOT NULL,
    signature  BLOB NOT NULL,
    hash       BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (ws, position)
) STRICT;

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

CREATE TABLE webhook_out (
    ws          INTEGER NOT NULL,
    id          TEXT    NOT NULL,
    url         TEXT    NOT NULL,
    topic       TEXT    NOT NULL,
    form        TEXT    NOT NULL,
    secret      BLOB    NOT NULL,
    position    INTEGER NOT NULL,
    created_by  TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    next_at     INTEGER,
    lease       INTEGER,
    resumes_at  INTEGER NOT NULL,
    failures    INTEGER NOT NULL,
    delivered   INTEGER NOT NULL,
    last_at     INTEGER,
    last_status INTEGER,
    last_error  TEXT,
    PRIMARY KEY (ws, id)
) STRICT;

CREATE INDEX webhook_out_by_next ON webhook_out (next_at) WHERE next_at IS NOT NULL;

CREATE TABLE delivery (
    ws         INTEGER NOT NULL,
    webhook    TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    seq        INTEGER NOT NULL,
    reason     TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    attempts   INTEGER NOT NULL,
    next_at    INTEGER,
    state      TEXT    NOT NULL,
    status     INTEGER,
    error      TEXT,
    PRIMARY KEY (ws, webhook, id)
) STRICT;

CREATE UNIQUE INDEX delivery_by_message ON delivery (ws, webhook, seq, reason) WHERE seq > 0;

CREATE INDEX delivery_by_next ON delivery (ws, webhook, next_at) WHERE next_at IS NOT NULL;

CREATE INDEX delivery_by_failure ON delivery (ws, webhook, id) WHERE state = 'failed';

CREATE TABLE sealed_text (
    ws           INTEGER NOT NULL,
    seq          INTEGER NOT NULL,
    member       TEXT    NOT NULL,
    counter      INTEGER NOT NULL,
    hash         BLOB NOT NULL,
    noun         TEXT    NOT NULL,
    object       TEXT    NOT NULL,
    edition      INTEGER NOT NULL,
    header       BLOB NOT NULL,
    wraps_hash   BLOB NOT NULL,
    content_hash BLOB NOT NULL,
    signature    BLOB NOT NULL,
    wraps        TEXT    NOT NULL,
    content      BLOB,
    PRIMARY KEY (ws, seq)
) STRICT;

CREATE UNIQUE INDEX sealed_text_by_member ON sealed_text (ws, member, counter);

CREATE UNIQUE INDEX sealed_text_by_object ON sealed_text (ws, noun, object, edition);

CREATE TABLE sealed_share (
    ws         INTEGER NOT NULL,
    reader     TEXT    NOT NULL,
    seq        INTEGER NOT NULL,
    body       BLOB NOT NULL,
    signature  BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (ws, reader, seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX reader_unfolded ON reader (ws) WHERE folded IS NULL AND instance IS NULL;
