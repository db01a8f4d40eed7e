-- The few statements that PostgreSQL says in its own way.

-- name: workspace_lock
-- Let one server at a time change what is not only appended in a workspace; primary key.
SELECT ws FROM workspace WHERE ws = :ws FOR UPDATE;

-- name: note_words_add
-- Index the words of one note; the workspace is one of them.
INSERT INTO note_words (ws, seq, words)
VALUES (:ws, :seq, to_tsvector('simple', CAST(:text AS TEXT)) || to_tsvector('simple', CAST(:place AS TEXT)));

-- name: note_words_remove
-- Take the words of one note out of the index; primary key.
DELETE FROM note_words WHERE ws = :ws AND seq = :seq;

-- name: note_search
-- Notes with these words, newest first, narrowed; index note_words_by_word.
SELECT {note_columns}
FROM note_words w JOIN note n ON n.ws = w.ws AND n.seq = w.seq
WHERE w.ws = :ws AND n.seq < :before AND w.words @@ to_tsquery('simple', :tsquery)
  {note_filter}
ORDER BY n.seq DESC LIMIT :most;

-- name: task_words_add
-- Index the words of one task; the workspace is one of them.
INSERT INTO task_words (ws, number, words)
VALUES (:ws, :number, to_tsvector('simple', CAST(:text AS TEXT)) || to_tsvector('simple', CAST(:place AS TEXT)));

-- name: task_search
-- Tasks with these words, newest first, narrowed; index task_words_by_word.
SELECT {task_columns}
FROM task_words w JOIN task t ON t.ws = w.ws AND t.number = w.number
WHERE w.ws = :ws AND t.number < :before AND w.words @@ to_tsquery('simple', :tsquery)
  {task_filter}
ORDER BY t.number DESC LIMIT :most;

-- name: search_lock
-- How far the index has come, locked, so that two servers do not index the same; primary key of search_cursor.
SELECT upto FROM search_cursor WHERE ws = :ws FOR UPDATE;

-- name: search_add
-- Index the words of a run of messages, given as a list of (seq, text); the workspace is one of the words.
INSERT INTO search_entry (ws, seq, words)
SELECT :ws, CAST(value ->> 0 AS BIGINT), to_tsvector('simple', left(value ->> 1, 200000)) || to_tsvector('simple', CAST(:place AS TEXT))
FROM jsonb_array_elements(CAST(CAST(:entries AS TEXT) AS JSONB));

-- name: search_page
-- Messages with these words, newest first; index search_entry_by_word, or the primary key for common words.
SELECT m.seq, m.id, m.sender, m.sender_agent, m.sender_name, m.sender_instance, m.sender_kind, m.type, m.audience, m.subject, m.body, m.intent,
    m.priority, m.refs, m.metadata, m.parent, m.thread_id, m.expects_reply_by, m.expires_at, m.idempotency_key, m.hops, m.created_at, m.thread, m.acting_key
FROM search_entry s JOIN message m ON m.ws = s.ws AND m.seq = s.seq
WHERE s.ws = :ws AND s.seq < :before AND s.words @@ to_tsquery('simple', :tsquery)
  {message_filter}
ORDER BY s.seq DESC LIMIT :most;

-- name: messages_by_ids
-- Several messages at once, in no order; unique index message_by_id.
SELECT {message_columns}
FROM message WHERE ws = :ws AND id = ANY (ARRAY(SELECT jsonb_array_elements_text(CAST(CAST(:ids AS TEXT) AS JSONB))));

-- name: messages_by_seqs
-- Several messages at once, in no order; primary key.
SELECT {message_columns}
FROM message WHERE ws = :ws AND seq = ANY (ARRAY(SELECT CAST(jsonb_array_elements_text(CAST(CAST(:seqs AS TEXT) AS JSONB)) AS BIGINT)));

-- name: addressed_to
-- By which of an agent's names each of these messages was sent to it; index addressed_by_seq.
SELECT a.seq, a.channel FROM addressed a JOIN reader r ON r.ws = a.ws AND r.reader = a.channel
WHERE a.ws = :ws AND r.agent = :agent
  AND a.seq = ANY (ARRAY(SELECT CAST(jsonb_array_elements_text(CAST(CAST(:seqs AS TEXT) AS JSONB)) AS BIGINT)))
ORDER BY a.seq, a.channel;

-- name: tallies
-- How many a run of messages is for, and how far each has come; primary keys.
SELECT {tally_head},
  (SELECT COUNT(p.delivered_at) FROM receipt p WHERE p.ws = m.ws AND p.seq = m.seq),
  (SELECT COUNT(p.read_at) FROM receipt p WHERE p.ws = m.ws AND p.seq = m.seq),
  (SELECT COUNT(p.acknowledged_at) FROM receipt p WHERE p.ws = m.ws AND p.seq = m.seq)
FROM message m
WHERE m.ws = :ws AND m.seq = ANY (ARRAY(SELECT CAST(jsonb_array_elements_text(CAST(CAST(:seqs AS TEXT) AS JSONB)) AS BIGINT)));

-- name: sizes
-- How many messages the conversation of each of these has, up to a bound; primary key, index message_by_thread.
SELECT {size_head}
FROM message o WHERE o.ws = :ws AND o.seq = ANY (ARRAY(SELECT CAST(jsonb_array_elements_text(CAST(CAST(:seqs AS TEXT) AS JSONB)) AS BIGINT)));

-- name: visible_seqs
-- Which of these messages an agent may see in a private workspace; primary key, index addressed_by_seq.
SELECT m.seq FROM message m {visible_head}
  AND m.seq = ANY (ARRAY(SELECT CAST(jsonb_array_elements_text(CAST(CAST(:seqs AS TEXT) AS JSONB)) AS BIGINT)));

-- name: fitting_seqs
-- Which of these messages fit what an inbox is narrowed to, in order, with their metadata; primary key.
SELECT m.seq, m.metadata FROM message m {fitting_head}
  AND m.seq = ANY (ARRAY(SELECT CAST(jsonb_array_elements_text(CAST(CAST(:seqs AS TEXT) AS JSONB)) AS BIGINT))) ORDER BY m.seq;

-- name: database_bytes
-- How large the database is. across: its pages hold all workspaces.
SELECT pg_database_size(current_database());
