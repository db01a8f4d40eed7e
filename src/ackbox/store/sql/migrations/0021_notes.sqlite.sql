-- Notes get folders, the id of a write that may be repeated, an expiry, an archive, and an end.

ALTER TABLE note ADD COLUMN folder INTEGER;
ALTER TABLE note ADD COLUMN write_id TEXT;
ALTER TABLE note ADD COLUMN expires_at INTEGER;
ALTER TABLE note ADD COLUMN archived_at INTEGER;
CREATE UNIQUE INDEX note_by_write_id ON note (ws, author, write_id) WHERE write_id IS NOT NULL;
CREATE INDEX note_by_folder ON note (ws, folder, seq) WHERE folder IS NOT NULL;

-- The index holds no text of its own: removing words takes the words that were added.
CREATE VIEW note_words_gone AS SELECT ws, seq, '' AS place, '' AS text FROM note_place;
CREATE TRIGGER note_words_remove INSTEAD OF INSERT ON note_words_gone BEGIN
    INSERT INTO note_search (note_search, rowid, place, text)
    SELECT 'delete', p.id, NEW.place, NEW.text FROM note_place p WHERE p.ws = NEW.ws AND p.seq = NEW.seq;
    DELETE FROM note_place WHERE ws = NEW.ws AND seq = NEW.seq;
END;
