-- Outgoing webhooks: addresses of other systems, and what each is still to be told.

CREATE TABLE webhook_out (
    ws          BIGINT NOT NULL,
    id          TEXT    NOT NULL,
    url         TEXT    NOT NULL,
    topic       TEXT    NOT NULL,
    form        TEXT    NOT NULL,
    secret      BYTEA   NOT NULL,
    position    BIGINT NOT NULL,
    created_by  TEXT    NOT NULL,
    created_at  BIGINT NOT NULL,
    next_at     BIGINT,
    lease       BIGINT,
    resumes_at  BIGINT NOT NULL,
    failures    BIGINT NOT NULL,
    delivered   BIGINT NOT NULL,
    last_at     BIGINT,
    last_status BIGINT,
    last_error  TEXT,
    PRIMARY KEY (ws, id)
);
CREATE INDEX webhook_out_by_next ON webhook_out (next_at) WHERE next_at IS NOT NULL;

-- One thing to tell one webhook; done, failed for good, or with the time of the next attempt.
CREATE TABLE delivery (
    ws         BIGINT NOT NULL,
    webhook    TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    seq        BIGINT NOT NULL,
    reason     TEXT    NOT NULL,
    created_at BIGINT NOT NULL,
    attempts   BIGINT NOT NULL,
    next_at    BIGINT,
    state      TEXT    NOT NULL,
    status     BIGINT,
    error      TEXT,
    PRIMARY KEY (ws, webhook, id)
);
CREATE UNIQUE INDEX delivery_by_message ON delivery (ws, webhook, seq, reason) WHERE seq > 0;
CREATE INDEX delivery_by_next ON delivery (ws, webhook, next_at) WHERE next_at IS NOT NULL;
CREATE INDEX delivery_by_failure ON delivery (ws, webhook, id) WHERE state = 'failed';

SELECT ackbox_wall('webhook_out');
SELECT ackbox_wall('delivery');
-- What is due in any workspace is looked for by the server itself.
CREATE POLICY across ON webhook_out FOR SELECT USING (current_setting('ackbox.across', true) = 'on');
