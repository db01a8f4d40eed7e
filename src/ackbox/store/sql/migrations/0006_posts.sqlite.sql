-- What sends by itself: schedules, by a clock, and webhooks, when another system posts.

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
