-- Tasks, what each waits for, and their index of words. Who sees a task is asked of its row: no task, no words.

CREATE TABLE task (
    ws                INTEGER NOT NULL,
    number            INTEGER NOT NULL,
    id                TEXT    NOT NULL,
    title             TEXT    NOT NULL,
    description       TEXT    NOT NULL,
    status            TEXT    NOT NULL,
    priority          INTEGER NOT NULL,
    creator           INTEGER NOT NULL,
    creator_name      TEXT    NOT NULL,
    assignee          INTEGER,
    assignee_name     TEXT,
    assignee_instance TEXT,
    project           TEXT,
    mission           TEXT,
    tags              TEXT    NOT NULL,
    card              TEXT    NOT NULL,
    idempotency_key   TEXT,
    created_at        INTEGER NOT NULL,
    updated_at        INTEGER NOT NULL,
    PRIMARY KEY (ws, number)
) STRICT;
CREATE UNIQUE INDEX task_by_id ON task (ws, id);
CREATE UNIQUE INDEX task_by_key ON task (ws, creator, idempotency_key);
CREATE INDEX task_by_assignee ON task (ws, assignee, number);
CREATE INDEX task_by_priority ON task (ws, priority, number);

CREATE TABLE task_need (
    ws     INTEGER NOT NULL,
    number INTEGER NOT NULL,
    needs  INTEGER NOT NULL,
    PRIMARY KEY (ws, number, needs)
) STRICT, WITHOUT ROWID;

CREATE TABLE task_place (
    id     INTEGER NOT NULL PRIMARY KEY,
    ws     INTEGER NOT NULL,
    number INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX task_place_by_number ON task_place (ws, number);

CREATE VIRTUAL TABLE task_search USING fts5(place, text, prefix='3', tokenize="unicode61 remove_diacritics 2");

CREATE VIEW task_words AS SELECT ws, number, '' AS place, '' AS text FROM task_place;
CREATE TRIGGER task_words_add INSTEAD OF INSERT ON task_words BEGIN
    INSERT INTO task_place (ws, number) VALUES (NEW.ws, NEW.number);
    INSERT INTO task_search (rowid, place, text) VALUES (last_insert_rowid(), NEW.place, NEW.text);
END;
CREATE TRIGGER task_words_drop INSTEAD OF DELETE ON task_words BEGIN
    DELETE FROM task_search WHERE rowid = (SELECT id FROM task_place WHERE ws = OLD.ws AND number = OLD.number);
    DELETE FROM task_place WHERE ws = OLD.ws AND number = OLD.number;
END;
