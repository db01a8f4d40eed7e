-- The index of words: entries are numbered in the order they are made, so that newest first is the index's own order.
-- Contentless: the text itself is read from `message`.

CREATE TABLE search_cursor (
    ws   INTEGER NOT NULL PRIMARY KEY,
    upto INTEGER NOT NULL
) STRICT;

CREATE TABLE search_place (
    id  INTEGER NOT NULL PRIMARY KEY,
    ws  INTEGER NOT NULL,
    seq INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX search_place_by_seq ON search_place (ws, seq);

CREATE VIRTUAL TABLE search USING fts5(place, text, content='', columnsize=0, prefix='3', tokenize="unicode61 remove_diacritics 2");

CREATE VIEW search_entry AS SELECT ws, seq, '' AS place, '' AS text FROM search_place;
CREATE TRIGGER search_entry_add INSTEAD OF INSERT ON search_entry BEGIN
    INSERT INTO search_place (ws, seq) VALUES (NEW.ws, NEW.seq);
    INSERT INTO search (rowid, place, text) VALUES (last_insert_rowid(), NEW.place, NEW.text);
END;
