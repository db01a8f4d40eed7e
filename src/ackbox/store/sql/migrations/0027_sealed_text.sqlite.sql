-- Sealed texts of tasks, notes, sessions and agents: every edition as its writer signed it, and the content of the newest.

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
