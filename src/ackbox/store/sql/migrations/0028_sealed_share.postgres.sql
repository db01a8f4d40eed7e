-- Shares: the key of an older sealed message or text for a member that joined later, signed by the member that shares it.

CREATE TABLE sealed_share (
    ws         BIGINT NOT NULL,
    reader     TEXT    NOT NULL,
    seq        BIGINT NOT NULL,
    body       BYTEA NOT NULL,
    signature  BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (ws, reader, seq)
);

SELECT ackbox_wall(walled::regclass) FROM unnest(ARRAY['sealed_share']) AS walled;
