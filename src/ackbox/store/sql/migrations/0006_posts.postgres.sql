-- What sends by itself: schedules, by a clock, and webhooks, when another system posts.

CREATE TABLE schedule (
    ws         BIGINT NOT NULL,
    id         TEXT    NOT NULL,
    seq        BIGINT NOT NULL,
    cron       TEXT    NOT NULL,
    zone       TEXT    NOT NULL,
    audience   TEXT    NOT NULL,
    subject    TEXT,
    body       TEXT    NOT NULL,
    intent     TEXT    NOT NULL,
    priority   BIGINT NOT NULL,
    created_by TEXT    NOT NULL,
    created_at BIGINT NOT NULL,
    next_at    BIGINT NOT NULL,
    last_at    BIGINT,
    last_error TEXT,
    PRIMARY KEY (ws, id)
);
CREATE UNIQUE INDEX schedule_by_seq ON schedule (ws, seq);
CREATE INDEX schedule_by_next ON schedule (next_at);

CREATE TABLE webhook (
    ws          BIGINT NOT NULL,
    id          TEXT    NOT NULL,
    form        TEXT    NOT NULL,
    secret      BYTEA   NOT NULL,
    audience    TEXT    NOT NULL,
    subject     TEXT,
    body        TEXT    NOT NULL,
    intent      TEXT    NOT NULL,
    priority    BIGINT NOT NULL,
    created_by  TEXT    NOT NULL,
    created_at  BIGINT NOT NULL,
    received    BIGINT NOT NULL,
    received_at BIGINT,
    PRIMARY KEY (ws, id)
);
CREATE UNIQUE INDEX webhook_by_id ON webhook (id);

SELECT ackbox_wall('schedule');
SELECT ackbox_wall('webhook');

-- What is due anywhere is looked for by the server itself, and a webhook is found by the id that was posted to; by transactions that say so.
CREATE POLICY across ON schedule USING (current_setting('ackbox.across', true) = 'on');
CREATE POLICY across ON webhook USING (current_setting('ackbox.across', true) = 'on');
