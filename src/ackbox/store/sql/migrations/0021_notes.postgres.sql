-- Notes get folders, the id of a write that may be repeated, an expiry, an archive, and an end.

ALTER TABLE note ADD COLUMN folder BIGINT;
ALTER TABLE note ADD COLUMN write_id TEXT;
ALTER TABLE note ADD COLUMN expires_at BIGINT;
ALTER TABLE note ADD COLUMN archived_at BIGINT;
CREATE UNIQUE INDEX note_by_write_id ON note (ws, author, write_id) WHERE write_id IS NOT NULL;
CREATE INDEX note_by_folder ON note (ws, folder, seq) WHERE folder IS NOT NULL;

-- The text of a note still never changes: only where it is kept does, and the whole note can go.
DO $$
BEGIN
    IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'ackbox_app') THEN
        GRANT UPDATE (folder, archived_at) ON note TO ackbox_app;
        GRANT DELETE ON note, note_link, note_words TO ackbox_app;
    END IF;
END $$;
