-- Sealed workspaces: the roster of their members, what each member has sent last, and who asks to be a member.

ALTER TABLE workspace ADD COLUMN sealed BIGINT NOT NULL DEFAULT 0;

CREATE TABLE roster (
    ws         BIGINT NOT NULL,
    position   BIGINT NOT NULL,
    body       BYTEA NOT NULL,
    signature  BYTEA NOT NULL,
    hash       BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (ws, position)
);

-- What is visible of a sealed message and bound to its sender: a chain for each member.
CREATE TABLE sealed_message (
    ws      BIGINT NOT NULL,
    seq     BIGINT NOT NULL,
    member  TEXT   NOT NULL,
    counter BIGINT NOT NULL,
    hash    BYTEA NOT NULL,
    PRIMARY KEY (ws, seq)
);
CREATE UNIQUE INDEX sealed_message_by_member ON sealed_message (ws, member, counter);

CREATE TABLE roster_request (
    ws         BIGINT NOT NULL,
    agent      BIGINT NOT NULL,
    member     TEXT   NOT NULL,
    request    BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (ws, agent)
);

SELECT ackbox_wall(walled::regclass) FROM unnest(ARRAY['roster', 'sealed_message', 'roster_request']) AS walled;

DO $$
BEGIN
    IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'ackbox_app') THEN
        REVOKE UPDATE, DELETE ON roster, sealed_message FROM ackbox_app;
    END IF;
END $$;
