-- Tasks, what each waits for, and their index of words. Who sees a task is asked of its row: no task, no words.

CREATE TABLE task (
    ws                BIGINT NOT NULL,
    number            BIGINT NOT NULL,
    id                TEXT   NOT NULL,
    title             TEXT   NOT NULL,
    description       TEXT   NOT NULL,
    status            TEXT   NOT NULL,
    priority          BIGINT NOT NULL,
    creator           BIGINT NOT NULL,
    creator_name      TEXT   NOT NULL,
    assignee          BIGINT,
    assignee_name     TEXT,
    assignee_instance TEXT,
    project           TEXT,
    mission           TEXT,
    tags              TEXT   NOT NULL,
    card              TEXT   NOT NULL,
    idempotency_key   TEXT,
    created_at        BIGINT NOT NULL,
    updated_at        BIGINT NOT NULL,
    PRIMARY KEY (ws, number)
);
CREATE UNIQUE INDEX task_by_id ON task (ws, id);
CREATE UNIQUE INDEX task_by_key ON task (ws, creator, idempotency_key);
CREATE INDEX task_by_assignee ON task (ws, assignee, number);
CREATE INDEX task_by_priority ON task (ws, priority, number);

CREATE TABLE task_need (
    ws     BIGINT NOT NULL,
    number BIGINT NOT NULL,
    needs  BIGINT NOT NULL,
    PRIMARY KEY (ws, number, needs)
);

CREATE TABLE task_words (
    ws     BIGINT   NOT NULL,
    number BIGINT   NOT NULL,
    words  TSVECTOR NOT NULL,
    PRIMARY KEY (ws, number)
);
CREATE INDEX task_words_by_word ON task_words USING gin (words);

SELECT ackbox_wall('task');
SELECT ackbox_wall('task_need');
SELECT ackbox_wall('task_words');
