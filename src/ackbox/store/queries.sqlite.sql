-- The few statements that SQLite says in its own way.

-- name: note_words_add
-- Index the words of one note.
INSERT INTO note_words (ws, seq, place, text) VALUES (:ws, :seq, :place, :text);

-- name: note_search
-- Notes with these words, newest first, narrowed; full-text index.
SELECT n.seq, n.id, n.kind, n.title, n.text, n.tags, n.priority, n.metadata, n.author, n.author_name, n.author_instance, n.session, n.content,
    n.acting_key, n.created_at,
    (SELECT o.id FROM note_link l JOIN note o ON o.ws = l.ws AND o.seq = l.target
     WHERE l.ws = n.ws AND l.source = n.seq AND l.relation = 'supersedes' LIMIT 1) AS supersedes,
    (SELECT o.id FROM note_link l JOIN note o ON o.ws = l.ws AND o.seq = l.source
     WHERE l.ws = n.ws AND l.target = n.seq AND l.relation = 'supersedes' LIMIT 1) AS superseded_by
FROM note_search CROSS JOIN note_place p ON p.id = note_search.rowid CROSS JOIN note n ON n.ws = p.ws AND n.seq = p.seq
WHERE note_search MATCH :fts5 AND p.ws = :ws AND n.seq < :before
  AND (CAST(:kind AS TEXT) IS NULL OR n.kind = :kind)
  AND (CAST(:tag AS TEXT) IS NULL OR REPLACE(n.tags, :tag, '') <> n.tags)
  AND (CAST(:author AS BIGINT) IS NULL OR n.author = :author)
  AND (CAST(:priority AS BIGINT) IS NULL OR n.priority >= :priority)
  AND (CAST(:title AS TEXT) IS NULL OR n.title = :title)
  AND (CAST(:important AS BIGINT) IS NULL OR n.priority >= 4 OR n.kind = 'constraint')
  AND (CAST(:since AS BIGINT) IS NULL OR n.created_at > :since)
  AND (CAST(:current_only AS BIGINT) IS NULL OR NOT EXISTS (SELECT 1 FROM note_link l WHERE l.ws = n.ws AND l.target = n.seq AND l.relation = 'supersedes'))
ORDER BY n.seq DESC LIMIT :most;

-- name: task_words_add
-- Index the words of one task.
INSERT INTO task_words (ws, number, place, text) VALUES (:ws, :number, :place, :text);

-- name: task_search
-- Tasks with these words, newest first, narrowed; full-text index.
SELECT t.number, t.id, t.title, t.description, t.status, t.priority, t.creator, t.creator_name, t.assignee, t.assignee_name,
    t.assignee_instance, t.project, t.mission, t.tags, t.card, t.idempotency_key, t.created_at, t.updated_at,
    (SELECT string_agg(d.number || ':' || d.id || ':' || d.status, ',') FROM task_need n JOIN task d ON d.ws = n.ws AND d.number = n.needs
     WHERE n.ws = :ws AND n.number = t.number)
FROM task_search CROSS JOIN task_place p ON p.id = task_search.rowid CROSS JOIN task t ON t.ws = p.ws AND t.number = p.number
WHERE task_search MATCH :fts5 AND p.ws = :ws AND t.number < :before
  AND (CAST(:statuses AS TEXT) IS NULL OR REPLACE(:statuses, ',' || t.status || ',', '') <> :statuses)
  AND (CAST(:priorities AS TEXT) IS NULL OR REPLACE(:priorities, CAST(t.priority AS TEXT), '') <> :priorities)
  AND (CAST(:assignee AS BIGINT) IS NULL OR t.assignee = :assignee)
  AND (CAST(:assignee_instance AS TEXT) IS NULL OR t.assignee_instance = :assignee_instance)
  AND (CAST(:unassigned_only AS BIGINT) IS NULL OR t.assignee IS NULL)
  AND (CAST(:creator AS BIGINT) IS NULL OR t.creator = :creator)
  AND (CAST(:project AS TEXT) IS NULL OR t.project = :project)
  AND (CAST(:mission AS TEXT) IS NULL OR t.mission = :mission)
  AND (CAST(:tag AS TEXT) IS NULL OR REPLACE(t.tags, :tag, '') <> t.tags)
  AND (CAST(:updated_since AS BIGINT) IS NULL OR t.updated_at > :updated_since)
  AND (CAST(:ready_only AS BIGINT) IS NULL OR NOT EXISTS (SELECT 1 FROM task_need n JOIN task d ON d.ws = n.ws AND d.number = n.needs
       WHERE n.ws = :ws AND n.number = t.number AND d.status <> 'done'))
  AND (CAST(:visible_to AS BIGINT) IS NULL OR t.assignee IS NULL OR t.assignee = :visible_to OR t.creator = :visible_to)
ORDER BY t.number DESC LIMIT :most;

-- name: search_lock
-- How far the index has come, before writing to it; primary key of search_cursor. One writer needs no lock.
SELECT upto FROM search_cursor WHERE ws = :ws;

-- name: search_add
-- Index the words of one message.
INSERT INTO search_entry (ws, seq, place, text) VALUES (:ws, :seq, :place, :text);

-- name: search_page
-- Messages with these words, newest first; full-text index, its order is the order of entries.
SELECT m.seq, m.id, m.sender, m.sender_agent, m.sender_name, m.sender_instance, m.sender_kind, m.type, m.audience, m.subject, m.body, m.intent,
    m.priority, m.refs, m.metadata, m.parent, m.thread_id, m.expects_reply_by, m.expires_at, m.idempotency_key, m.hops, m.created_at, m.thread
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
SELECT seq, id, sender, sender_agent, sender_name, sender_instance, sender_kind, type, audience, subject, body, intent,
    priority, refs, metadata, parent, thread_id, expects_reply_by, expires_at, idempotency_key, hops, created_at, thread
FROM message WHERE ws = :ws AND id IN (SELECT value FROM json_each(:ids));

-- name: tallies
-- How many a run of messages is for, and how far each has come; primary keys.
SELECT m.seq,
  CASE WHEN EXISTS (SELECT 1 FROM addressed e WHERE e.ws = m.ws AND e.channel = 0 AND e.seq = m.seq) THEN (SELECT COUNT(*) FROM reader r WHERE r.ws = m.ws AND r.instance IS NULL AND r.seen > 0
      AND r.registered_seq < m.seq AND r.reader <> m.sender_agent)
    ELSE (SELECT COUNT(*) FROM addressed a JOIN reader r ON r.ws = a.ws AND r.reader = a.channel WHERE a.ws = m.ws AND a.seq = m.seq) END,
  COUNT(p.delivered_at), COUNT(p.read_at), COUNT(p.acknowledged_at)
FROM message m LEFT JOIN receipt p ON p.ws = m.ws AND p.seq = m.seq
WHERE m.ws = :ws AND m.seq IN (SELECT value FROM json_each(:seqs)) GROUP BY m.seq;

-- name: database_bytes
-- How large the database is. across: its pages hold all workspaces.
SELECT (SELECT page_count FROM pragma_page_count) * (SELECT page_size FROM pragma_page_size);
