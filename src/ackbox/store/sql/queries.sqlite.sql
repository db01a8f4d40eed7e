-- The few statements that SQLite says in its own way.

-- name: note_words_add
-- Index the words of one note.
INSERT INTO note_words (ws, seq, place, text) VALUES (:ws, :seq, :place, :text);

-- name: note_words_remove
-- Take the words of one note out of the index.
INSERT INTO note_words_gone (ws, seq, place, text) VALUES (:ws, :seq, :place, :text);

-- name: note_search
-- Notes with these words, newest first, narrowed; full-text index.
SELECT {note_columns}
FROM note_search CROSS JOIN note_place p ON p.id = note_search.rowid CROSS JOIN note n ON n.ws = p.ws AND n.seq = p.seq
WHERE note_search MATCH :fts5 AND p.ws = :ws AND n.seq < :before
  {note_filter}
ORDER BY n.seq DESC LIMIT :most;

-- name: task_words_add
-- Index the words of one task.
INSERT INTO task_words (ws, number, place, text) VALUES (:ws, :number, :place, :text);

-- name: task_search
-- Tasks with these words, newest first, narrowed; full-text index.
SELECT {task_columns}
FROM task_search CROSS JOIN task_place p ON p.id = task_search.rowid CROSS JOIN task t ON t.ws = p.ws AND t.number = p.number
WHERE task_search MATCH :fts5 AND p.ws = :ws AND t.number < :before
  {task_filter}
ORDER BY t.number DESC LIMIT :most;

-- name: search_lock
-- How far the index has come, before writing to it; primary key of search_cursor. One writer needs no lock.
SELECT upto FROM search_cursor WHERE ws = :ws;

-- name: search_add
-- Index the words of a run of messages, oldest first, given as a list of (seq, text); one statement, since the index is sorted and written at the end of each.
INSERT INTO search_entry (ws, seq, place, text)
SELECT :ws, json_extract(value, '$[0]'), :place, json_extract(value, '$[1]') FROM json_each(:entries);

-- name: search_page
-- Messages with these words, newest first; full-text index, its order is the order of entries.
SELECT m.seq, m.id, m.sender, m.sender_agent, m.sender_name, m.sender_instance, m.sender_kind, m.type, m.audience, m.subject, m.body, m.intent,
    m.priority, m.refs, m.metadata, m.parent, m.thread_id, m.expects_reply_by, m.expires_at, m.idempotency_key, m.hops, m.created_at, m.thread, m.acting_key
FROM search CROSS JOIN search_place p ON p.id = search.rowid CROSS JOIN message m ON m.ws = p.ws AND m.seq = p.seq
WHERE search MATCH :fts5 AND p.ws = :ws
  AND search.rowid <= COALESCE((SELECT l.id FROM search_place l WHERE l.ws = :ws AND l.seq < :before ORDER BY l.seq DESC LIMIT 1), 0)
  AND (:since IS NULL OR m.created_at > :since) AND (:until IS NULL OR m.created_at <= :until)
  AND (:sender_agent IS NULL OR m.sender_agent = :sender_agent)
  AND (:thread IS NULL OR m.thread = :thread) AND (:intent IS NULL OR m.intent = :intent)
  AND (:recipient IS NULL OR EXISTS (SELECT 1 FROM addressed a WHERE a.ws = m.ws AND a.seq = m.seq
       AND (a.channel = 0 OR a.channel = :recipient OR a.channel IN (SELECT reader FROM reader WHERE ws = :ws AND agent = :recipient))))
  AND (:visible_to IS NULL OR m.sender_agent = :visible_to OR EXISTS (SELECT 1 FROM addressed a WHERE a.ws = m.ws AND a.seq = m.seq
       AND (a.channel = 0 OR a.channel = :visible_to OR a.channel IN (SELECT reader FROM reader WHERE ws = :ws AND agent = :visible_to))))
ORDER BY search.rowid DESC LIMIT :most;

-- name: messages_by_ids
-- Several messages at once, in no order; unique index message_by_id.
SELECT {message_columns}
FROM message WHERE ws = :ws AND id IN (SELECT value FROM json_each(:ids));

-- name: messages_by_seqs
-- Several messages at once, in no order; primary key.
SELECT {message_columns}
FROM message WHERE ws = :ws AND seq IN (SELECT value FROM json_each(:seqs));

-- name: addressed_to
-- By which of an agent's names each of these messages was sent to it; index addressed_by_seq.
SELECT a.seq, a.channel FROM json_each(:seqs) AS s CROSS JOIN addressed a
CROSS JOIN reader r ON r.ws = a.ws AND r.reader = a.channel
WHERE a.ws = :ws AND a.seq = s.value AND r.agent = :agent ORDER BY a.seq, a.channel;

-- name: tallies
-- How many a run of messages is for, and how far each has come; primary keys.
SELECT {tally_head},
  COUNT(p.delivered_at), COUNT(p.read_at), COUNT(p.acknowledged_at)
FROM message m LEFT JOIN receipt p ON p.ws = m.ws AND p.seq = m.seq
WHERE m.ws = :ws AND m.seq IN (SELECT value FROM json_each(:seqs)) GROUP BY m.seq;

-- name: sizes
-- How many messages the conversation of each of these has, up to a bound; primary key, index message_by_thread.
SELECT {size_head}
FROM json_each(:seqs) AS s CROSS JOIN message o WHERE o.ws = :ws AND o.seq = s.value;

-- name: visible_seqs
-- Which of these messages an agent may see in a private workspace; primary key, index addressed_by_seq.
SELECT m.seq FROM json_each(:seqs) AS s CROSS JOIN message m {visible_head}
  AND m.seq = s.value;

-- name: fitting_seqs
-- Which of these messages fit what an inbox is narrowed to, in order, with their metadata; primary key.
SELECT m.seq, m.metadata FROM json_each(:seqs) AS s CROSS JOIN message m {fitting_head}
  AND m.seq = s.value ORDER BY m.seq;

-- name: database_bytes
-- How large the database is. across: its pages hold all workspaces.
SELECT (SELECT page_count FROM pragma_page_count) * (SELECT page_size FROM pragma_page_size);
