-- Outgoing webhooks: addresses of other systems, and what each is still to be told.

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

-- One thing to tell one webhook; done, failed for good, or with the time of the next attempt.
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
