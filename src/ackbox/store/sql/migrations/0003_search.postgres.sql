-- The index of words; the text itself is read from `message`.

CREATE TABLE search_cursor (
    ws   BIGINT NOT NULL PRIMARY KEY,
    upto BIGINT NOT NULL
);

CREATE TABLE search_entry (
    ws    BIGINT   NOT NULL,
    seq   BIGINT   NOT NULL,
    words TSVECTOR NOT NULL,
    PRIMARY KEY (ws, seq)
);
CREATE INDEX search_entry_by_word ON search_entry USING gin (words);

SELECT ackbox_wall('search_cursor');
SELECT ackbox_wall('search_entry');
