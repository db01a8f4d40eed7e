-- Sealed texts of tasks, notes, sessions and agents: every edition as its writer signed it, and the content of the newest.

CREATE TABLE sealed_text (
    ws           BIGINT NOT NULL,
    seq          BIGINT NOT NULL,
    member       TEXT    NOT NULL,
    counter      BIGINT NOT NULL,
    hash         BYTEA NOT NULL,
    noun         TEXT    NOT NULL,
    object       TEXT    NOT NULL,
    edition      BIGINT NOT NULL,
    header       BYTEA NOT NULL,
    wraps_hash   BYTEA NOT NULL,
    content_hash BYTEA NOT NULL,
    signature    BYTEA NOT NULL,
    wraps        TEXT    NOT NULL,
    content      BYTEA,
    PRIMARY KEY (ws, seq)
);
CREATE UNIQUE INDEX sealed_text_by_member ON sealed_text (ws, member, counter);
CREATE UNIQUE INDEX sealed_text_by_object ON sealed_text (ws, noun, object, edition);

SELECT ackbox_wall(walled::regclass) FROM unnest(ARRAY['sealed_text']) AS walled;
