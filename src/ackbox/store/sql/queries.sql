-- The SQL that both engines share. Each statement: its name, its purpose and the index it uses.
-- Every statement names its workspace, `:ws`; one that cannot says `across:` and why.
-- What several statements share is a part, and stands in them as `{its_name}`.

-- part: message_columns
-- A message as it is read.
seq, id, sender, sender_agent, sender_name, sender_instance, sender_kind, type, audience, subject, body, intent,
    priority, refs, metadata, parent, thread_id, expects_reply_by, expires_at, idempotency_key, hops, created_at, thread, acting_key

-- part: message_filter
-- What narrows a page of messages; why BETWEEN, history_page says.
AND (CAST(:since AS BIGINT) IS NULL OR m.created_at > :since)
  AND (CAST(:until AS BIGINT) IS NULL OR m.created_at <= :until)
  AND (CAST(:sender_agent AS BIGINT) IS NULL OR m.sender_agent = :sender_agent)
  AND (CAST(:thread AS BIGINT) IS NULL OR m.thread = :thread)
  AND (CAST(:intent AS TEXT) IS NULL OR m.intent = :intent)
  AND (CAST(:recipient AS BIGINT) IS NULL OR EXISTS (SELECT 1 FROM addressed a WHERE a.ws = :ws AND a.seq BETWEEN m.seq AND m.seq
       AND (a.channel = 0 OR a.channel = :recipient OR a.channel IN (SELECT reader FROM reader WHERE ws = :ws AND agent = :recipient))))
  AND (CAST(:visible_to AS BIGINT) IS NULL OR m.sender_agent = :visible_to OR EXISTS (SELECT 1 FROM addressed a WHERE a.ws = :ws
       AND a.seq BETWEEN m.seq AND m.seq AND (a.channel = 0 OR a.channel = :visible_to OR a.channel IN (SELECT reader FROM reader WHERE ws = :ws AND agent = :visible_to))))

-- part: post_of_instances
-- What is addressed to instances of an agent, for one of them or the whole agent.
reader r CROSS JOIN addressed a
WHERE r.ws = :ws AND r.agent = :agent AND r.reader <> :agent AND (r.reader = :reader OR :reader = :agent)
  AND a.ws = r.ws AND a.channel = r.reader

-- part: task_columns
-- A task as it is read, with what it waits for.
t.number, t.id, t.title, t.description, t.status, t.priority, t.creator, t.creator_name, t.assignee, t.assignee_name,
    t.assignee_instance, t.project, t.mission, t.tags, t.card, t.idempotency_key, t.created_at, t.updated_at,
    (SELECT string_agg(d.number || ':' || d.id || ':' || d.status, ',') FROM task_need n JOIN task d ON d.ws = n.ws AND d.number = n.needs
     WHERE n.ws = :ws AND n.number = t.number)

-- part: task_filter
-- What narrows a page of tasks.
AND (CAST(:statuses AS TEXT) IS NULL OR REPLACE(:statuses, ',' || t.status || ',', '') <> :statuses)
  AND (CAST(:priorities AS TEXT) IS NULL OR REPLACE(:priorities, CAST(t.priority AS TEXT), '') <> :priorities)
  AND (CAST(:assignee AS BIGINT) IS NULL OR t.assignee = :assignee)
  AND (CAST(:assignee_instance AS TEXT) IS NULL OR t.assignee_instance = :assignee_instance)
  AND (CAST(:unassigned_only AS BIGINT) IS NULL OR t.assignee IS NULL)
  AND (CAST(:creator AS BIGINT) IS NULL OR t.creator = :creator)
  AND (CAST(:project AS TEXT) IS NULL OR t.project = :project)
  AND (CAST(:mission AS TEXT) IS NULL OR t.mission = :mission)
  AND (CAST(:tag AS TEXT) IS NULL OR REPLACE(t.tags, :tag, '') <> t.tags)
  AND (CAST(:without_tag AS TEXT) IS NULL OR REPLACE(t.tags, :without_tag, '') = t.tags)
  AND (CAST(:updated_since AS BIGINT) IS NULL OR t.updated_at > :updated_since)
  AND (CAST(:ready_only AS BIGINT) IS NULL OR NOT EXISTS (SELECT 1 FROM task_need n JOIN task d ON d.ws = n.ws AND d.number = n.needs
       WHERE n.ws = :ws AND n.number = t.number AND d.status <> 'done'))
  AND (CAST(:visible_to AS BIGINT) IS NULL OR t.assignee IS NULL OR t.assignee = :visible_to OR t.creator = :visible_to)

-- part: session_rows
-- Sessions as they are read, with whose they are.
s.seq, s.id, s.reader, r.agent, r.name, r.instance, r.kind, s.area, s.files, s.ttl_s, s.announce, s.started_at, s.last_seen,
    s.ended_at, s.summary, s.outcome, s.touched
FROM session s JOIN reader r ON r.ws = s.ws AND r.reader = s.reader

-- part: note_columns
-- A note, with the note that it supersedes and the one that superseded it.
n.seq, n.id, n.kind, n.title, n.text, n.tags, n.priority, n.metadata, n.author, n.author_name, n.author_instance, n.session, n.content,
    n.acting_key, n.created_at, n.folder, n.write_id, n.expires_at, n.archived_at,
    (SELECT o.id FROM note o WHERE o.ws = n.ws AND o.seq = n.folder) AS folder_id,
    (SELECT o.id FROM note_link l JOIN note o ON o.ws = l.ws AND o.seq = l.target
     WHERE l.ws = n.ws AND l.source = n.seq AND l.relation = 'supersedes' LIMIT 1) AS supersedes,
    (SELECT o.id FROM note_link l JOIN note o ON o.ws = l.ws AND o.seq = l.source
     WHERE l.ws = n.ws AND l.target = n.seq AND l.relation = 'supersedes' LIMIT 1) AS superseded_by

-- part: note_with_versions
-- A note and the versions before it, by their numbers.
WITH RECURSIVE version (seq, steps) AS (
  SELECT CAST(:seq AS BIGINT), 0 UNION ALL
  SELECT l.target, v.steps + 1 FROM version v JOIN note_link l ON l.ws = :ws AND l.source = v.seq AND l.relation = 'supersedes'
  WHERE v.steps < :versions)

-- part: link_columns
-- A link with the ids of its notes.
l.source, l.relation, l.target, l.author, l.created_at, s.id, t.id

-- part: link_notes
-- The notes of a link.
JOIN note s ON s.ws = :ws AND s.seq = l.source JOIN note t ON t.ws = :ws AND t.seq = l.target

-- part: note_is_current
-- Whether a note is none that was superseded, archived or has expired.
n.archived_at IS NULL AND (n.expires_at IS NULL OR n.expires_at > :now)
    AND NOT EXISTS (SELECT 1 FROM note_link l WHERE l.ws = n.ws AND l.target = n.seq AND l.relation = 'supersedes')

-- part: note_filter
-- What narrows a page of notes.
AND (CAST(:kind AS TEXT) IS NULL OR n.kind = :kind)
  AND (CAST(:tag AS TEXT) IS NULL OR REPLACE(n.tags, :tag, '') <> n.tags)
  AND (CAST(:author AS BIGINT) IS NULL OR n.author = :author)
  AND (CAST(:priority AS BIGINT) IS NULL OR n.priority >= :priority)
  AND (CAST(:title AS TEXT) IS NULL OR n.title = :title)
  AND (CAST(:important AS BIGINT) IS NULL OR n.priority >= :important OR n.kind = 'constraint')
  AND (CAST(:since AS BIGINT) IS NULL OR n.created_at > :since)
  AND (CAST(:folder AS BIGINT) IS NULL OR n.folder = :folder)
  AND (CAST(:not_kind AS TEXT) IS NULL OR n.kind <> :not_kind)
  AND (CAST(:now AS BIGINT) IS NULL OR ({note_is_current}))

-- part: roster_rows
-- Readers with their presence.
FROM reader r LEFT JOIN presence p ON p.ws = r.ws AND p.reader = r.reader

-- part: tally_head
-- Each message, and how many it is for.
m.seq,
  CASE WHEN EXISTS (SELECT 1 FROM addressed e WHERE e.ws = m.ws AND e.channel = 0 AND e.seq = m.seq) THEN (SELECT COUNT(*) FROM reader r WHERE r.ws = m.ws AND r.instance IS NULL AND r.seen > 0
      AND r.registered_seq < m.seq AND r.reader <> m.sender_agent) + (SELECT COUNT(*) FROM newcomer n WHERE n.ws = m.ws AND n.seq = m.seq)
    ELSE (SELECT COUNT(*) FROM addressed a JOIN reader r ON r.ws = a.ws AND r.reader = a.channel WHERE a.ws = m.ws AND a.seq = m.seq) END

-- part: size_head
-- Each message, and how many its conversation has that somebody may see; 0 for one whose first ones are not all of it and who may not see all.
o.seq, (SELECT CASE WHEN CAST(:visible_to AS BIGINT) IS NULL THEN COUNT(*) WHEN COUNT(*) = :most THEN 0 ELSE SUM(CASE WHEN
    m.sender_agent = :visible_to OR EXISTS (SELECT 1 FROM addressed a WHERE a.ws = :ws AND a.seq BETWEEN m.seq AND m.seq
      AND (a.channel = 0 OR a.channel = :visible_to OR a.channel IN (SELECT reader FROM reader WHERE ws = :ws AND agent = :visible_to))) THEN 1 ELSE 0 END) END
  FROM (SELECT c.seq, c.sender_agent FROM message c WHERE c.ws = :ws AND c.thread = o.thread AND c.seq >= o.thread ORDER BY c.seq LIMIT :most) AS m)

-- part: fitting_head
-- Those messages that were sent after a moment, with an intent, to somebody by name.
WHERE m.ws = :ws AND m.created_at > :since AND (CAST(:intent AS TEXT) IS NULL OR m.intent = :intent)
  AND (CAST(:direct_only AS BIGINT) IS NULL OR m.audience <> '["*"]')

-- part: visible_head
-- Those messages that an agent sent or is a recipient of.
WHERE m.ws = :ws AND (m.sender_agent = :visible_to OR EXISTS (SELECT 1 FROM addressed a WHERE a.ws = :ws AND a.seq BETWEEN m.seq AND m.seq AND (a.channel = 0 OR a.channel = :visible_to OR a.channel IN (SELECT reader FROM reader WHERE ws = :ws AND agent = :visible_to))))

-- name: workspace_by_name
-- Find a workspace by its name. across: the name is how a workspace is found; unique index on name.
SELECT ws, name, mode, settings, created_at, agent_count, sealed FROM workspace WHERE name = :name;

-- name: workspace_by_number
-- Read one workspace; primary key.
SELECT ws, name, mode, settings, created_at, agent_count, sealed FROM workspace WHERE ws = :ws;

-- name: workspace_all
-- List every workspace for an operator. across: only keys that cover all workspaces may ask.
SELECT ws, name, mode, settings, created_at, agent_count, sealed FROM workspace ORDER BY name;

-- name: workspace_any
-- Say whether there is a workspace at all; reads one row. across: only the start asks, without a key.
SELECT 1 FROM workspace LIMIT 1;

-- name: workspaces_unindexed
-- Workspaces whose index of words is behind; primary keys. across: only the server's background work asks.
SELECT w.ws FROM workspace w LEFT JOIN search_cursor s ON s.ws = w.ws WHERE w.next_seq - 1 > COALESCE(s.upto, 0);

-- name: workspaces_unfolded
-- Workspaces with agents from before names were kept without their case; index reader_unfolded. across: only a start asks.
SELECT DISTINCT ws FROM reader WHERE folded IS NULL AND instance IS NULL;

-- name: workspace_add
-- Create a workspace.
INSERT INTO workspace (ws, name, mode, settings, next_seq, agent_count, created_at, sealed)
VALUES (:ws, :name, :mode, :settings, 1, 0, :now, :sealed) ON CONFLICT (name) DO NOTHING;

-- name: workspace_settings
-- Replace a workspace's settings; primary key.
UPDATE workspace SET settings = :settings WHERE ws = :ws;

-- name: workspace_count_agents
-- Keep the number of registered agents, so that a broadcast need not count them; primary key.
UPDATE workspace SET agent_count = agent_count + :more WHERE ws = :ws;

-- name: take_seq
-- Take the next numbers; the row stays locked to the commit, so commit order is seq order; primary key.
UPDATE workspace SET next_seq = next_seq + :many WHERE ws = :ws RETURNING next_seq - :many;

-- name: last_seq
-- The newest number given out; primary key.
SELECT next_seq - 1 FROM workspace WHERE ws = :ws;

-- name: key_by_id
-- Find a key by the id in it. across: a key is how a caller's workspace is found; primary key.
SELECT id, ws, digest, role, agent, may_speak_as, label, created_at, expires_at, revoked_at, dialect, proof
FROM access_key WHERE id = :id;

-- name: keys_ended
-- Which keys were revoked or ran out lately. across: the server ends what all workspaces have open; indexes access_key_by_revocation and access_key_by_end.
SELECT id FROM access_key WHERE revoked_at >= :since
UNION SELECT id FROM access_key WHERE expires_at > :since AND expires_at <= :now;

-- name: keys_of
-- List a workspace's keys; index access_key_by_ws.
SELECT id, ws, digest, role, agent, may_speak_as, label, created_at, expires_at, revoked_at, dialect, proof
FROM access_key WHERE ws = :ws ORDER BY created_at, id;

-- name: key_add
-- Store a new key's digest.
INSERT INTO access_key (id, ws, digest, role, agent, may_speak_as, label, created_at, expires_at, revoked_at, dialect, proof)
VALUES (:id, :ws, :digest, :role, :agent, :may_speak_as, :label, :now, :expires_at, NULL, :dialect, :proof);

-- name: key_revoke
-- Revoke a key of this workspace; the first time wins; primary key.
UPDATE access_key SET revoked_at = COALESCE(revoked_at, :now) WHERE id = :id AND ws = :ws;

-- name: key_expire
-- Let a key end at a moment, when another one takes its place; primary key.
UPDATE access_key SET expires_at = :expires_at WHERE id = :id AND ws = :ws;

-- name: key_spend
-- End a key that is good for one use, for one of those who try at once; primary key.
UPDATE access_key SET revoked_at = :now WHERE id = :id AND ws = :ws AND revoked_at IS NULL RETURNING id;

-- name: reader_by_name
-- Find an agent (instance '') or one of its instances; unique index reader_by_name.
SELECT reader, agent, name, instance, skeleton, kind, seen, registered_seq, read_floor, delivered_floor
FROM reader WHERE ws = :ws AND name = :name AND COALESCE(instance, '') = :instance;

-- name: channel_known
-- Whether anything was ever addressed to a reader; primary key of addressed.
SELECT 1 FROM addressed WHERE ws = :ws AND channel = :channel LIMIT 1;

-- name: reader_by_number
-- Read one reader; primary key.
SELECT reader, agent, name, instance, skeleton, kind, seen, registered_seq, read_floor, delivered_floor
FROM reader WHERE ws = :ws AND reader = :reader;

-- name: readers_of_agent
-- An agent and its instances; index reader_by_agent.
SELECT reader, agent, name, instance, skeleton, kind, seen, registered_seq, read_floor, delivered_floor
FROM reader WHERE ws = :ws AND agent = :agent ORDER BY reader;

-- name: readers_by_instance
-- Whose instances have this name; primary key.
SELECT reader, agent, name, instance, skeleton, kind, seen, registered_seq, read_floor, delivered_floor
FROM reader WHERE ws = :ws AND instance = :instance ORDER BY name;

-- name: roster
-- Everyone who has been here, in order of name, with what presence follows from; index reader_by_name, primary key of presence.
SELECT r.reader, r.agent, r.name, r.kind, p.last_seen, p.ttl_s, p.left_at {roster_rows}
WHERE r.ws = :ws AND r.seen > 0 ORDER BY r.name, COALESCE(r.instance, '');

-- name: roster_of
-- One agent and its instances, with what presence follows from; index reader_by_name, primary key of presence.
SELECT r.reader, r.agent, r.name, r.kind, p.last_seen, p.ttl_s, p.left_at {roster_rows}
WHERE r.ws = :ws AND r.name = :name AND r.seen > 0 ORDER BY COALESCE(r.instance, '');

-- name: claims
-- Who declared an area or files and was seen of late, by reader number; primary keys.
SELECT r.reader, r.agent, r.name, r.instance, r.skeleton, r.kind, r.seen, r.registered_seq, r.read_floor, r.delivered_floor,
    p.reader, p.started_at, p.last_seen, p.ttl_s, p.left_at, p.card
FROM presence p JOIN reader r ON r.ws = p.ws AND r.reader = p.reader
WHERE p.ws = :ws AND p.reader > :after AND p.last_seen > :since AND p.last_seen < :until AND (p.card LIKE '%"area":"%' OR p.card LIKE '%"files":[%')
ORDER BY p.reader LIMIT :most;

-- name: reader_lookalike
-- An agent whose name looks like this one; index reader_by_skeleton.
SELECT name FROM reader WHERE ws = :ws AND skeleton = :skeleton AND name <> :name AND instance IS NULL LIMIT 1;

-- name: readers_by_fold
-- The agents whose names are this one but for case, width and look; index reader_by_fold.
SELECT reader, agent, name, instance, skeleton, kind, seen, registered_seq, read_floor, delivered_floor
FROM reader WHERE ws = :ws AND folded = :folded AND instance IS NULL ORDER BY registered_seq, reader LIMIT 20;

-- name: readers_unfolded
-- Agents from before names were kept without their case; index reader_by_fold.
SELECT reader, name FROM reader WHERE ws = :ws AND folded IS NULL AND instance IS NULL LIMIT 500;

-- name: reader_fold
-- Keep an agent's name without its case; primary key.
UPDATE reader SET folded = :folded WHERE ws = :ws AND reader = :reader;

-- name: humans
-- Every person who has been here; index reader_by_name.
SELECT reader, agent, name, instance, skeleton, kind, seen, registered_seq, read_floor, delivered_floor
FROM reader WHERE ws = :ws AND kind = 'human' AND instance IS NULL AND seen > 0 ORDER BY name;

-- name: awaited
-- Names that have never been here and for which something waits that was not taken back, all of them or those that one agent wrote to; index reader_by_agent, primary keys of addressed and hidden.
SELECT r.name FROM reader r WHERE r.ws = :ws AND r.instance IS NULL AND r.seen = 0 AND r.kind <> 'system'
  AND (SELECT a.seq FROM reader f CROSS JOIN addressed a WHERE f.ws = r.ws AND f.agent = r.reader AND a.ws = f.ws AND a.channel = f.reader
    AND NOT EXISTS (SELECT 1 FROM hidden h WHERE h.ws = r.ws AND h.reader = r.reader AND h.seq = a.seq)
    AND (CAST(:visible_to AS BIGINT) IS NULL OR EXISTS (SELECT 1 FROM message m WHERE m.ws = a.ws AND m.seq BETWEEN a.seq AND a.seq AND +m.sender_agent = :visible_to))
    LIMIT 1) IS NOT NULL;

-- name: agents_with_post
-- Agents with unread messages that name them or one of their instances: above their floor, or among the newest holes below it;
-- index reader_by_agent, primary keys of addressed and hole.
SELECT r.reader FROM reader r WHERE r.ws = :ws AND r.instance IS NULL AND r.seen > 0 AND r.kind <> 'system' AND (
  (SELECT a.seq FROM reader f CROSS JOIN addressed a WHERE f.ws = r.ws AND f.agent = r.reader AND a.ws = f.ws AND a.channel = f.reader
    AND a.seq > r.read_floor AND (a.expires_at IS NULL OR a.expires_at > :now) LIMIT 1) IS NOT NULL
  OR (SELECT h.seq FROM (SELECT seq FROM hole WHERE ws = r.ws AND reader = r.reader AND mark = 'read' ORDER BY seq DESC LIMIT :most) AS h
    CROSS JOIN reader f CROSS JOIN addressed a WHERE f.ws = r.ws AND f.agent = r.reader AND a.ws = f.ws AND a.channel = f.reader
    AND a.seq = h.seq AND (a.expires_at IS NULL OR a.expires_at > :now) LIMIT 1) IS NOT NULL);

-- name: waiting_for
-- What waits for a name that has never been here and was not taken back; index reader_by_agent, primary keys of addressed and hidden.
SELECT a.seq, a.channel FROM reader f CROSS JOIN addressed a WHERE f.ws = :ws AND f.agent = :agent AND a.ws = f.ws AND a.channel = f.reader
  AND NOT EXISTS (SELECT 1 FROM hidden h WHERE h.ws = :ws AND h.reader = :agent AND h.seq = a.seq)
ORDER BY a.seq, a.channel LIMIT :most;

-- name: agent_names
-- Names for suggestions, at most 500; index reader_by_name.
SELECT name FROM reader WHERE ws = :ws AND instance IS NULL AND seen > 0 ORDER BY name LIMIT 500;

-- name: reader_add
-- Register a reader, seen or only written to.
INSERT INTO reader (ws, reader, agent, name, instance, skeleton, kind, seen, registered_seq, read_floor, delivered_floor, folded)
VALUES (:ws, :reader, :agent, :name, :instance, :skeleton, :kind, :seen, :registered_seq, :read_floor, :delivered_floor, :folded);

-- name: reader_arrive
-- A name that mail was waiting for is here now; primary key.
UPDATE reader SET seen = 1, kind = :kind, registered_seq = :registered_seq, read_floor = :read_floor,
    delivered_floor = :delivered_floor WHERE ws = :ws AND reader = :reader;

-- name: reader_rename
-- What waited for any person is the first one's; primary key.
UPDATE reader SET name = :name, skeleton = :skeleton, folded = :folded WHERE ws = :ws AND reader = :reader;

-- name: inherit_addressed
-- What was addressed to one reader is another's too; primary key of addressed.
INSERT INTO addressed (ws, channel, seq, left_out, expires_at)
SELECT a.ws, CAST(:heir AS BIGINT), a.seq, a.left_out, a.expires_at FROM addressed a WHERE a.ws = :ws AND a.channel = :reader
ON CONFLICT DO NOTHING;

-- name: inherit_receipt
-- The receipts of one reader are another's too; primary keys of addressed and receipt.
INSERT INTO receipt (ws, seq, reader, delivered_at, read_at, acknowledged_at, archived_at, evidence)
SELECT p.ws, p.seq, CAST(:heir AS BIGINT), p.delivered_at, p.read_at, p.acknowledged_at, p.archived_at, p.evidence
FROM addressed a JOIN receipt p ON p.ws = a.ws AND p.seq = a.seq AND p.reader = a.channel WHERE a.ws = :ws AND a.channel = :reader
ON CONFLICT DO NOTHING;

-- name: inherit_hidden
-- What one reader has put away another has too; primary key.
INSERT INTO hidden (ws, reader, seq) SELECT h.ws, CAST(:heir AS BIGINT), h.seq FROM hidden h WHERE h.ws = :ws AND h.reader = :reader
ON CONFLICT DO NOTHING;

-- name: forget_receipts
-- A reader that is gone has no receipts; primary keys of addressed and receipt.
DELETE FROM receipt WHERE ws = :ws AND reader = :reader
  AND seq IN (SELECT a.seq FROM addressed a WHERE a.ws = :ws AND a.channel = :reader);

-- name: forget_hidden
-- A reader that is gone, or begins anew, has put nothing away; primary key.
DELETE FROM hidden WHERE ws = :ws AND reader = :reader;

-- name: forget_reader
-- A reader that somebody else has become; primary key.
DELETE FROM reader WHERE ws = :ws AND reader = :reader;

-- name: reader_set_kind
-- A name becomes a person's, an agent's or the server's, its instances too; index reader_by_agent.
UPDATE reader SET kind = :kind WHERE ws = :ws AND agent = :agent;

-- name: reader_floors
-- Raise a reader's floors, never lower them; primary key.
UPDATE reader SET read_floor = CASE WHEN read_floor < :read THEN :read ELSE read_floor END,
    delivered_floor = CASE WHEN delivered_floor < :delivered THEN :delivered ELSE delivered_floor END
WHERE ws = :ws AND reader = :reader;

-- name: holes_skip
-- What lies between a reader's floor and a newer mark, and is not marked, becomes holes; primary key of addressed.
INSERT INTO hole (ws, reader, mark, seq)
SELECT a.ws, CAST(:reader AS BIGINT), CAST(:mark AS TEXT), a.seq FROM addressed a
WHERE a.ws = :ws AND a.channel = :agent AND a.seq > :floor AND a.seq < :seq
UNION ALL
SELECT a.ws, CAST(:reader AS BIGINT), CAST(:mark AS TEXT), a.seq FROM addressed a
WHERE a.ws = :ws AND a.channel = 0 AND a.left_out <> :agent AND a.seq > :floor AND a.seq < :seq
UNION ALL
SELECT a.ws, CAST(:reader AS BIGINT), CAST(:mark AS TEXT), a.seq FROM {post_of_instances} AND a.seq > :floor AND a.seq < :seq
ON CONFLICT DO NOTHING;

-- name: hole_add
-- Put one message back (mark unread, or what waited for a new reader); primary key.
INSERT INTO hole (ws, reader, mark, seq) VALUES (:ws, :reader, :mark, :seq) ON CONFLICT DO NOTHING;

-- name: hole_drop
-- One message at or below the floor is marked now; primary key.
DELETE FROM hole WHERE ws = :ws AND reader = :reader AND mark = :mark AND seq = :seq;

-- name: holes_drop
-- An instance that another copy uses from now on begins anew; primary key.
DELETE FROM hole WHERE ws = :ws AND reader = :reader;

-- name: holes_within
-- A reader's holes in a range, to show flags on a page; primary key.
SELECT seq FROM hole WHERE ws = :ws AND reader = :reader AND mark = :mark AND seq >= :low AND seq <= :high;

-- name: holes_copy
-- A new instance starts with its agent's holes, as far as it can see them; primary keys.
INSERT INTO hole (ws, reader, mark, seq)
SELECT h.ws, CAST(:reader AS BIGINT), h.mark, h.seq FROM hole h WHERE h.ws = :ws AND h.reader = :agent
  AND EXISTS (SELECT 1 FROM addressed a WHERE a.ws = h.ws AND a.seq = h.seq AND a.channel IN (0, :agent, :reader))
ON CONFLICT DO NOTHING;

-- name: holes_waiting
-- What was addressed to a name before it was ever here and was not taken back; primary keys of addressed and hidden.
INSERT INTO hole (ws, reader, mark, seq)
SELECT DISTINCT a.ws, CAST(:reader AS BIGINT), CAST(:mark AS TEXT), a.seq FROM addressed a
WHERE a.ws = :ws AND a.seq <= :seq AND (a.channel = :reader OR a.channel IN (SELECT reader FROM reader WHERE ws = :ws AND agent = :reader))
  AND NOT EXISTS (SELECT 1 FROM hidden h WHERE h.ws = :ws AND h.reader = :reader AND h.seq = a.seq)
ON CONFLICT DO NOTHING;

-- name: newcomer_add
-- A newcomer is given the newest broadcasts of late that have not expired and were not withdrawn; what the server itself announced was news for
-- those who were there. Looks at the newest 5,000 at most; primary keys of addressed, message and hidden.
INSERT INTO newcomer (ws, reader, seq)
SELECT n.ws, CAST(:reader AS BIGINT), n.seq FROM (
  SELECT a.ws, a.seq FROM (SELECT b.ws, b.seq, b.left_out, b.expires_at FROM addressed b WHERE b.ws = :ws AND b.channel = 0
    ORDER BY b.seq DESC LIMIT 5000) AS a CROSS JOIN message m
  WHERE m.ws = a.ws AND m.seq = a.seq AND (a.expires_at IS NULL OR a.expires_at > :now) AND a.left_out <> :reader
    AND m.type = 'broadcast' AND m.created_at > :since
    AND NOT EXISTS (SELECT 1 FROM hidden h WHERE h.ws = :ws AND h.reader = 0 AND h.seq = a.seq)
  ORDER BY a.seq DESC LIMIT :most) AS n;

-- name: newcomer_holes
-- What a newcomer was given is unread; primary key.
INSERT INTO hole (ws, reader, mark, seq)
SELECT n.ws, n.reader, CAST(:mark AS TEXT), n.seq FROM newcomer n WHERE n.ws = :ws AND n.reader = :reader
ON CONFLICT DO NOTHING;

-- name: newcomer_was_given
-- Whether an agent was given a broadcast from before it was registered; primary key.
SELECT 1 FROM newcomer WHERE ws = :ws AND reader = :reader AND seq = :seq;

-- name: newcomer_of
-- The broadcasts from before its registration that an agent was given; primary key.
SELECT seq FROM newcomer WHERE ws = :ws AND reader = :reader AND seq <= :upto ORDER BY seq;

-- name: newcomer_forget
-- A name that is the server's now has no post; primary key.
DELETE FROM newcomer WHERE ws = :ws AND reader = :reader;

-- name: newcomer_keep
-- Keep what an export says a newcomer was given; primary key.
INSERT INTO newcomer (ws, reader, seq) VALUES (:ws, :reader, :seq) ON CONFLICT DO NOTHING;

-- name: hidden_add
-- A reader archives; or, for reader 0, a broadcast is withdrawn from those who are not registered yet; primary key.
INSERT INTO hidden (ws, reader, seq) VALUES (:ws, :reader, :seq) ON CONFLICT DO NOTHING;

-- name: hidden_drop
-- A reader takes a message out of the archive; primary key.
DELETE FROM hidden WHERE ws = :ws AND reader = :reader AND seq = :seq;

-- name: hidden_within
-- What a reader has archived in a range, to show flags on a page; primary key.
SELECT seq FROM hidden WHERE ws = :ws AND reader = :reader AND seq >= :low AND seq <= :high;

-- name: message_add
-- Store a message.
INSERT INTO message (ws, seq, id, sender, sender_agent, sender_name, sender_instance, sender_kind, type, audience,
    subject, body, intent, priority, refs, metadata, parent, thread, thread_id, expects_reply_by, expires_at,
    idempotency_key, hops, acting_key, created_at)
VALUES (:ws, :seq, :id, :sender, :sender_agent, :sender_name, :sender_instance, :sender_kind, :type, :audience,
    :subject, :body, :intent, :priority, :refs, :metadata, :parent, :thread, :thread_id, :expects_reply_by, :expires_at,
    :idempotency_key, :hops, :acting_key, :created_at);

-- name: addressed_add
-- Address a message to one channel: this is the whole fan-out.
INSERT INTO addressed (ws, channel, seq, left_out, expires_at) VALUES (:ws, :channel, :seq, :left_out, :expires_at);

-- name: idempotency_find
-- The message a sender already stored under a key; unique index reader_by_name, primary key of idempotency.
SELECT i.seq, i.content FROM reader r CROSS JOIN idempotency i
WHERE r.ws = :ws AND r.name = :sender AND COALESCE(r.instance, '') = '' AND i.ws = r.ws AND i.sender = r.reader AND i.key = :key;

-- name: idempotency_add
-- Keep a sender's key permanently.
INSERT INTO idempotency (ws, sender, key, seq, content) VALUES (:ws, :sender, :key, :seq, :content);

-- name: message_by_id
-- One message; unique index message_by_id.
SELECT {message_columns}
FROM message WHERE ws = :ws AND id = :id;

-- name: messages_of_beginning
-- The messages whose id begins with some digits, oldest first; unique index message_by_id.
SELECT {message_columns}
FROM message WHERE ws = :ws AND id >= :low AND id < :high ORDER BY id LIMIT :most;

-- name: message_by_seq
-- One message; primary key.
SELECT {message_columns}
FROM message WHERE ws = :ws AND seq = :seq;

-- name: channels_of
-- Who a message is addressed to; a reader that somebody else has become is nobody; index addressed_by_seq.
SELECT a.channel, r.agent, r.name, r.instance, r.kind FROM addressed a
LEFT JOIN reader r ON r.ws = a.ws AND r.reader = a.channel
WHERE a.ws = :ws AND a.seq = :seq AND (a.channel = 0 OR r.reader IS NOT NULL) ORDER BY a.channel;

-- name: thread_page
-- A conversation, oldest first; index message_by_thread.
SELECT {message_columns}
FROM message WHERE ws = :ws AND thread = :thread AND seq > :after ORDER BY seq LIMIT :most;

-- name: first_answer
-- The first answer to a message from somebody else than its sender; index message_by_thread.
SELECT r.seq FROM message r WHERE r.ws = :ws AND r.thread = :thread AND r.seq > :after AND r.parent = :parent AND r.sender_agent <> :sender_agent
ORDER BY r.seq LIMIT 1;

-- name: answers_to
-- The answers to a message among the messages that follow it in its conversation; index message_by_thread.
SELECT r.seq, r.id, r.sender_name, r.sender_instance, r.created_at FROM (
  SELECT m.seq, m.id, m.sender_name, m.sender_instance, m.created_at, m.parent, m.sender_agent
  FROM message m WHERE m.ws = :ws AND m.thread = :thread AND m.seq > :after ORDER BY m.seq LIMIT :most
) AS r WHERE r.parent = :parent AND r.sender_agent <> :sender_agent ORDER BY r.seq;

-- name: unread_page
-- What a reader has not marked, oldest first: its holes, and all its channels hold above its floor; primary keys.
SELECT DISTINCT u.seq FROM (
  SELECT * FROM (SELECT h.seq FROM hole h JOIN message m ON m.ws = h.ws AND m.seq = h.seq
    WHERE h.ws = :ws AND h.reader = :reader AND h.mark = :mark AND h.seq > :after
      AND (m.expires_at IS NULL OR m.expires_at > :now) ORDER BY h.seq LIMIT :most) AS holes
  UNION ALL
  SELECT * FROM (SELECT a.seq FROM addressed a WHERE a.ws = :ws AND a.channel = :agent AND a.seq > :above
      AND (a.expires_at IS NULL OR a.expires_at > :now) ORDER BY a.seq LIMIT :most) AS own
  UNION ALL
  SELECT * FROM (SELECT a.seq FROM addressed a WHERE a.ws = :ws AND a.channel = 0 AND a.seq > :above AND a.left_out <> :agent
      AND (a.expires_at IS NULL OR a.expires_at > :now) ORDER BY a.seq LIMIT :most) AS everyone
  UNION ALL
  SELECT * FROM (SELECT DISTINCT a.seq FROM {post_of_instances} AND a.seq > :above
      AND (a.expires_at IS NULL OR a.expires_at > :now) ORDER BY a.seq LIMIT :most) AS instances
) AS u ORDER BY u.seq LIMIT :most;

-- name: total_count
-- How much post a reader has after a seq, each channel up to a bound, archived or not, expired left out; and how much of it will expire;
-- primary keys of addressed and newcomer.
SELECT own.many + everyone.many + before.many + instances.many, own.ending + everyone.ending + before.ending + instances.ending FROM
  (SELECT COUNT(*) AS many, COUNT(o.expires_at) AS ending FROM (
    SELECT a.expires_at FROM addressed a WHERE a.ws = :ws AND a.channel = :agent AND a.seq > :after
      AND (a.expires_at IS NULL OR a.expires_at > :now) LIMIT :most) AS o) AS own
  CROSS JOIN (SELECT COUNT(*) AS many, COUNT(e.expires_at) AS ending FROM (
    SELECT a.expires_at FROM addressed a WHERE a.ws = :ws AND a.channel = 0 AND a.left_out <> :agent
      AND a.seq > (SELECT CASE WHEN registered_seq > :after THEN registered_seq ELSE :after END FROM reader WHERE ws = :ws AND reader = :agent)
      AND (a.expires_at IS NULL OR a.expires_at > :now) LIMIT :most) AS e) AS everyone
  CROSS JOIN (SELECT COUNT(*) AS many, COUNT(b.expires_at) AS ending FROM (
    SELECT a.expires_at FROM newcomer n CROSS JOIN addressed a WHERE n.ws = :ws AND n.reader = :agent AND n.seq > :after
      AND a.ws = n.ws AND a.channel = 0 AND a.seq = n.seq AND (a.expires_at IS NULL OR a.expires_at > :now) LIMIT :most) AS b) AS before
  CROSS JOIN (SELECT COUNT(*) AS many, COUNT(i.expires_at) AS ending FROM (
    SELECT DISTINCT a.seq, a.expires_at FROM {post_of_instances} AND a.seq > :after AND (a.expires_at IS NULL OR a.expires_at > :now)
      AND NOT EXISTS (SELECT 1 FROM addressed w WHERE w.ws = a.ws AND w.channel = :agent AND w.seq = a.seq) LIMIT :most) AS i) AS instances;

-- name: archived_count
-- How many messages a reader has archived, up to a bound, expired left out; primary keys of hidden and message. Why BETWEEN,
-- history_page says.
SELECT COUNT(*) FROM (SELECT h.seq FROM hidden h WHERE h.ws = :ws AND h.reader = :reader
  AND EXISTS (SELECT 1 FROM message m WHERE m.ws = :ws AND m.seq BETWEEN h.seq AND h.seq
    AND (m.expires_at IS NULL OR m.expires_at > :now)) LIMIT :most) AS archived;

-- name: mailbox_page
-- Everything for a reader, newest first; primary keys of addressed and newcomer.
SELECT DISTINCT u.seq FROM (
  SELECT * FROM (SELECT a.seq FROM addressed a WHERE a.ws = :ws AND a.channel = :agent AND a.seq < :before
    ORDER BY a.seq DESC LIMIT :most) AS own
  UNION ALL
  SELECT * FROM (SELECT a.seq FROM addressed a WHERE a.ws = :ws AND a.channel = 0 AND a.seq < :before AND a.left_out <> :agent
      AND a.seq > (SELECT registered_seq FROM reader WHERE ws = :ws AND reader = :agent)
    ORDER BY a.seq DESC LIMIT :most) AS everyone
  UNION ALL
  SELECT * FROM (SELECT n.seq FROM newcomer n WHERE n.ws = :ws AND n.reader = :agent AND n.seq < :before ORDER BY n.seq DESC LIMIT :most) AS before
  UNION ALL
  SELECT * FROM (SELECT DISTINCT a.seq FROM {post_of_instances} AND a.seq < :before ORDER BY a.seq DESC LIMIT :most) AS instances
) AS u ORDER BY u.seq DESC LIMIT :most;

-- name: history_page
-- The workspace's messages, newest first, filtered; primary key. BETWEEN keeps PostgreSQL from turning the inner
-- question into one about all of `addressed`: asked once for each row, it is one look into an index.
SELECT {message_columns}
FROM message m WHERE m.ws = :ws AND m.seq < :before AND m.seq > :after
  {message_filter}
ORDER BY m.seq DESC LIMIT :most;

-- name: receipt_find
-- One recipient's row for one message, once something happened; primary key.
SELECT delivered_at, read_at, acknowledged_at, archived_at, evidence FROM receipt
WHERE ws = :ws AND seq = :seq AND reader = :reader;

-- name: receipt_put
-- Write one recipient's row; primary key.
INSERT INTO receipt (ws, seq, reader, delivered_at, read_at, acknowledged_at, archived_at, evidence)
VALUES (:ws, :seq, :reader, :delivered_at, :read_at, :acknowledged_at, :archived_at, :evidence)
ON CONFLICT (ws, seq, reader) DO UPDATE SET delivered_at = excluded.delivered_at, read_at = excluded.read_at,
    acknowledged_at = excluded.acknowledged_at, archived_at = excluded.archived_at, evidence = excluded.evidence;

-- name: receipts_direct
-- Every recipient of a message that names its recipients; index addressed_by_seq.
SELECT r.reader, r.name, r.instance, r.kind, p.delivered_at, p.read_at, p.acknowledged_at, p.archived_at, p.evidence
FROM addressed a JOIN reader r ON r.ws = a.ws AND r.reader = a.channel
LEFT JOIN receipt p ON p.ws = a.ws AND p.seq = a.seq AND p.reader = a.channel
WHERE a.ws = :ws AND a.seq = :seq AND r.reader > :after ORDER BY r.reader LIMIT :most;

-- name: receipts_everyone
-- Every recipient of a broadcast: agents and people registered before it and newcomers who were given it, not its sender; primary keys of
-- reader and newcomer.
SELECT r.reader, r.name, r.instance, r.kind, p.delivered_at, p.read_at, p.acknowledged_at, p.archived_at, p.evidence
FROM reader r LEFT JOIN receipt p ON p.ws = r.ws AND p.seq = :seq AND p.reader = r.reader
WHERE r.ws = :ws AND r.instance IS NULL AND r.seen > 0 AND r.kind <> 'system' AND r.reader <> :sender_agent AND r.reader > :after
  AND (r.registered_seq < :seq OR EXISTS (SELECT 1 FROM newcomer n WHERE n.ws = :ws AND n.reader = r.reader AND n.seq = :seq)) ORDER BY r.reader LIMIT :most;

-- name: receipt_counts
-- How far a message has come: rows with each time set; primary key.
SELECT COUNT(delivered_at), COUNT(read_at), COUNT(acknowledged_at), COUNT(archived_at) FROM receipt
WHERE ws = :ws AND seq = :seq;

-- name: recipients_everyone
-- How many agents a broadcast was for; primary key of reader, index newcomer_by_seq.
SELECT (SELECT COUNT(*) FROM reader WHERE ws = :ws AND instance IS NULL AND seen > 0 AND kind <> 'system' AND registered_seq < :seq
    AND reader <> :sender_agent) + (SELECT COUNT(*) FROM newcomer WHERE ws = :ws AND seq = :seq);

-- name: event_add
-- Write a line of the feed.
INSERT INTO event (ws, seq, kind, at, reader, subject) VALUES (:ws, :seq, :kind, :at, :reader, :subject);

-- name: feed_page
-- The feed after a cursor: messages and events merged by seq, ids only; primary keys.
SELECT seq, kind, at, reader, subject, thread_id FROM (
  SELECT * FROM (SELECT m.seq, 'message.sent' AS kind, m.created_at AS at, m.sender_agent AS reader, m.id AS subject, m.thread_id
    FROM message m WHERE m.ws = :ws AND m.seq > :after
      AND (CAST(:visible_to AS BIGINT) IS NULL OR m.sender_agent = :visible_to OR EXISTS (SELECT 1 FROM addressed a WHERE a.ws = :ws
       AND a.seq BETWEEN m.seq AND m.seq AND (a.channel = 0 OR a.channel = :visible_to OR a.channel IN (SELECT reader FROM reader WHERE ws = :ws AND agent = :visible_to))))
    ORDER BY m.seq LIMIT :most) AS messages
  UNION ALL
  SELECT * FROM (SELECT e.seq, e.kind, e.at, e.reader, e.subject, NULL AS thread_id FROM event e WHERE e.ws = :ws AND e.seq > :after
    AND (CAST(:visible_to AS BIGINT) IS NULL OR e.reader = :visible_to) ORDER BY e.seq LIMIT :most) AS events
) AS feed ORDER BY seq LIMIT :most;

-- name: feed_newest
-- The feed before a number, newest first: messages and events merged by seq, ids only; primary keys.
SELECT seq, kind, at, reader, subject, thread_id FROM (
  SELECT * FROM (SELECT m.seq, 'message.sent' AS kind, m.created_at AS at, m.sender_agent AS reader, m.id AS subject, m.thread_id
    FROM message m WHERE m.ws = :ws AND m.seq < :before
      AND (CAST(:of AS BIGINT) IS NULL OR m.sender_agent = :of)
      AND (CAST(:visible_to AS BIGINT) IS NULL OR m.sender_agent = :visible_to OR EXISTS (SELECT 1 FROM addressed a WHERE a.ws = :ws
       AND a.seq BETWEEN m.seq AND m.seq AND (a.channel = 0 OR a.channel = :visible_to OR a.channel IN (SELECT reader FROM reader WHERE ws = :ws AND agent = :visible_to))))
    ORDER BY m.seq DESC LIMIT :most) AS messages
  UNION ALL
  SELECT * FROM (SELECT e.seq, e.kind, e.at, e.reader, e.subject, NULL AS thread_id FROM event e WHERE e.ws = :ws AND e.seq < :before
    AND (CAST(:of AS BIGINT) IS NULL OR e.reader = :of)
    AND (CAST(:visible_to AS BIGINT) IS NULL OR e.reader = :visible_to) ORDER BY e.seq DESC LIMIT :most) AS events
) AS feed ORDER BY seq DESC LIMIT :most;

-- name: stretch_probe
-- The first message at or after a number, to find where a time begins; primary key.
SELECT seq, created_at FROM message WHERE ws = :ws AND seq >= :seq ORDER BY seq LIMIT 1;

-- name: stretch_cap
-- The message that stands so many before the newest, if a stretch has that many; primary key.
SELECT seq, created_at FROM message WHERE ws = :ws AND seq >= :first ORDER BY seq DESC LIMIT 1 OFFSET :most;

-- name: stretch_pairs
-- Who wrote to whom in a stretch, by intent; primary key of message, index addressed_by_seq.
SELECT m.sender_name, COALESCE(r.name, '*') AS recipient, m.intent, COUNT(*) AS messages,
    SUM(CASE WHEN m.priority >= 5 THEN 1 ELSE 0 END) AS urgent, MAX(m.created_at) AS last_at
FROM message m JOIN addressed a ON a.ws = :ws AND a.seq >= :first AND a.seq = m.seq LEFT JOIN reader r ON r.ws = a.ws AND r.reader = a.channel
WHERE m.ws = :ws AND m.seq >= :first AND m.created_at >= :since AND (a.channel = 0 OR r.reader IS NOT NULL)
  AND (CAST(:visible_to AS BIGINT) IS NULL OR m.sender_agent = :visible_to OR EXISTS (SELECT 1 FROM addressed v WHERE v.ws = :ws
       AND v.seq BETWEEN m.seq AND m.seq AND (v.channel = 0 OR v.channel = :visible_to OR v.channel IN (SELECT reader FROM reader WHERE ws = :ws AND agent = :visible_to))))
GROUP BY m.sender_name, COALESCE(r.name, '*'), m.intent ORDER BY messages DESC, m.sender_name, recipient, m.intent LIMIT :most;

-- name: stretch_travels
-- The newest messages of a stretch, one row for each recipient, without a body; primary key of message, index addressed_by_seq.
SELECT m.seq, m.id, m.created_at, m.sender_name, COALESCE(r.name, '*') AS recipient, m.intent, m.priority
FROM (SELECT n.ws, n.seq, n.id, n.created_at, n.sender_name, n.intent, n.priority FROM message n
  WHERE n.ws = :ws AND n.seq >= :first AND n.created_at >= :since
    AND (CAST(:visible_to AS BIGINT) IS NULL OR n.sender_agent = :visible_to OR EXISTS (SELECT 1 FROM addressed v WHERE v.ws = :ws
         AND v.seq BETWEEN n.seq AND n.seq AND (v.channel = 0 OR v.channel = :visible_to OR v.channel IN (SELECT reader FROM reader WHERE ws = :ws AND agent = :visible_to))))
  ORDER BY n.seq DESC LIMIT :most) AS m
CROSS JOIN addressed a LEFT JOIN reader r ON r.ws = a.ws AND r.reader = a.channel
WHERE a.ws = :ws AND a.seq >= :first AND a.seq = m.seq AND (a.channel = 0 OR r.reader IS NOT NULL) ORDER BY m.seq, recipient;

-- name: stretch_rates
-- How many messages a stretch has in each step of time, by intent; primary key.
SELECT (m.created_at - :since) / :step AS bucket, m.intent, COUNT(*) FROM message m
WHERE m.ws = :ws AND m.seq >= :first AND m.created_at >= :since
  AND (CAST(:visible_to AS BIGINT) IS NULL OR m.sender_agent = :visible_to OR EXISTS (SELECT 1 FROM addressed v WHERE v.ws = :ws
       AND v.seq BETWEEN m.seq AND m.seq AND (v.channel = 0 OR v.channel = :visible_to OR v.channel IN (SELECT reader FROM reader WHERE ws = :ws AND agent = :visible_to))))
GROUP BY bucket, m.intent ORDER BY bucket, m.intent;

-- name: stretch_sent
-- How many messages each sender wrote in each step of time; primary key.
SELECT m.sender_name, (m.created_at - :since) / :step AS bucket, COUNT(*) FROM message m
WHERE m.ws = :ws AND m.seq >= :first AND m.created_at >= :since
  AND (CAST(:visible_to AS BIGINT) IS NULL OR m.sender_agent = :visible_to)
GROUP BY m.sender_name, bucket ORDER BY m.sender_name, bucket;

-- name: stretch_delays
-- How long receipts took, in each step of time: how many, and three ranks; primary keys.
SELECT bucket, COUNT(*), MIN(CASE WHEN place >= 0.5 THEN delay END), MIN(CASE WHEN place >= 0.95 THEN delay END),
    MIN(CASE WHEN place >= 0.99 THEN delay END)
FROM (SELECT bucket, delay, CUME_DIST() OVER (PARTITION BY bucket ORDER BY delay) AS place
  FROM (SELECT (m.created_at - :since) / :step AS bucket,
      CASE WHEN CAST(:mark AS TEXT) = 'delivered' THEN p.delivered_at ELSE p.acknowledged_at END - m.created_at AS delay
    FROM message m JOIN receipt p ON p.ws = m.ws AND p.seq = m.seq
    WHERE m.ws = :ws AND m.seq >= :first AND m.created_at >= :since AND p.ws = :ws AND p.seq >= :first
      AND (CAST(:visible_to AS BIGINT) IS NULL OR m.sender_agent = :visible_to OR p.reader = :visible_to
           OR p.reader IN (SELECT reader FROM reader WHERE ws = :ws AND agent = :visible_to))
    ORDER BY m.seq DESC LIMIT :most) AS taken
  WHERE delay IS NOT NULL) AS ranked
GROUP BY bucket ORDER BY bucket;

-- name: stretch_waiting
-- For each agent, what was written to it in a stretch and is not acknowledged; primary keys, index addressed_by_seq.
SELECT r.name, COUNT(DISTINCT w.seq), MIN(w.created_at)
FROM (SELECT m.seq, m.created_at, m.sender_agent, a.channel FROM message m JOIN addressed a ON a.ws = :ws AND a.seq >= :first AND a.seq = m.seq
  LEFT JOIN receipt p ON p.ws = :ws AND p.seq >= :first AND p.seq = a.seq AND p.reader = a.channel
  WHERE m.ws = :ws AND m.seq >= :first AND m.created_at >= :since AND a.channel <> 0 AND p.acknowledged_at IS NULL AND p.archived_at IS NULL
    AND (m.expires_at IS NULL OR m.expires_at > :now)
  ORDER BY m.seq DESC LIMIT :most) AS w
JOIN reader r ON r.ws = :ws AND r.reader = w.channel
WHERE (CAST(:visible_to AS BIGINT) IS NULL OR w.sender_agent = :visible_to OR r.agent = :visible_to)
GROUP BY r.name;
-- name: feed_inbox
-- The feed of one reader's post after a cursor; primary keys of addressed and message.
SELECT m.seq, 'message.sent' AS kind, m.created_at AS at, m.sender_agent AS reader, m.id AS subject, m.thread_id FROM (
  SELECT DISTINCT u.seq FROM (
    SELECT * FROM (SELECT a.seq FROM addressed a WHERE a.ws = :ws AND a.channel = :agent AND a.seq > :after ORDER BY a.seq LIMIT :most) AS own
    UNION ALL
    SELECT * FROM (SELECT a.seq FROM addressed a WHERE a.ws = :ws AND a.channel = 0 AND a.seq > :after AND a.left_out <> :agent
        AND a.seq > (SELECT registered_seq FROM reader WHERE ws = :ws AND reader = :agent) ORDER BY a.seq LIMIT :most) AS everyone
    UNION ALL
    SELECT * FROM (SELECT n.seq FROM newcomer n WHERE n.ws = :ws AND n.reader = :agent AND n.seq > :after ORDER BY n.seq LIMIT :most) AS before
    UNION ALL
    SELECT * FROM (SELECT DISTINCT a.seq FROM {post_of_instances} AND a.seq > :after ORDER BY a.seq LIMIT :most) AS instances
  ) AS u ORDER BY u.seq LIMIT :most
) AS mine CROSS JOIN message m WHERE m.ws = :ws AND m.seq = mine.seq ORDER BY m.seq;

-- name: presence_put
-- Overwrite the presence and the card of an instance; primary key.
INSERT INTO presence (ws, reader, started_at, last_seen, ttl_s, left_at, card)
VALUES (:ws, :reader, :started_at, :last_seen, :ttl_s, :left_at, :card)
ON CONFLICT (ws, reader) DO UPDATE SET started_at = excluded.started_at, last_seen = excluded.last_seen,
    ttl_s = excluded.ttl_s, left_at = excluded.left_at, card = excluded.card;

-- name: presence_touch
-- Update when a reader was last seen; primary key.
INSERT INTO presence (ws, reader, started_at, last_seen, ttl_s, left_at, card)
VALUES (:ws, :reader, :last_seen, :last_seen, 180, NULL, '{}')
ON CONFLICT (ws, reader) DO UPDATE SET last_seen = excluded.last_seen, left_at = NULL
WHERE presence.last_seen < excluded.last_seen;

-- name: presence_one
-- One reader's presence; primary key.
SELECT reader, started_at, last_seen, ttl_s, left_at, card FROM presence WHERE ws = :ws AND reader = :reader;

-- name: presence_of_agent
-- The presence of an agent and its instances; index reader_by_agent.
SELECT p.reader, p.started_at, p.last_seen, p.ttl_s, p.left_at, p.card FROM presence p
JOIN reader r ON r.ws = p.ws AND r.reader = p.reader WHERE p.ws = :ws AND r.agent = :agent;

-- name: presence_of_name
-- The presence of an agent and its instances, by its name; indexes reader_by_name and reader_by_agent.
SELECT p.reader, p.started_at, p.last_seen, p.ttl_s, p.left_at, p.card FROM reader a CROSS JOIN reader r CROSS JOIN presence p
WHERE a.ws = :ws AND a.name = :name AND COALESCE(a.instance, '') = '' AND r.ws = a.ws AND r.agent = a.reader AND p.ws = r.ws AND p.reader = r.reader;

-- name: task_add
-- Store a task.
INSERT INTO task (ws, number, id, title, description, status, priority, creator, creator_name, assignee, assignee_name, assignee_instance,
    project, mission, tags, card, idempotency_key, created_at, updated_at)
VALUES (:ws, :number, :id, :title, :description, :status, :priority, :creator, :creator_name, :assignee, :assignee_name, :assignee_instance,
    :project, :mission, :tags, :card, :idempotency_key, :created_at, :updated_at);

-- name: task_save
-- Write what can change of a task; primary key.
UPDATE task SET title = :title, description = :description, status = :status, priority = :priority, assignee = :assignee,
    assignee_name = :assignee_name, assignee_instance = :assignee_instance, project = :project, mission = :mission, tags = :tags,
    card = :card, updated_at = :updated_at
WHERE ws = :ws AND number = :number;

-- name: task_last
-- The newest task's number; primary key.
SELECT number FROM task WHERE ws = :ws ORDER BY number DESC LIMIT 1;

-- name: task_by_id
-- One task; unique index task_by_id.
SELECT {task_columns}
FROM task t WHERE t.ws = :ws AND t.id = :id;

-- name: task_by_number
-- One task; primary key.
SELECT {task_columns}
FROM task t WHERE t.ws = :ws AND t.number = :number;

-- name: task_by_key
-- The task a creator already made under a key; unique index task_by_key.
SELECT {task_columns}
FROM task t WHERE t.ws = :ws AND t.creator = :creator AND t.idempotency_key = :key;

-- name: task_newest
-- Tasks, newest first, narrowed; primary key.
SELECT {task_columns}
FROM task t WHERE t.ws = :ws AND t.number < :before
  {task_filter}
ORDER BY t.number DESC LIMIT :most;

-- name: task_newest_unfinished
-- Tasks that are not finished, newest first, narrowed; partial index task_unfinished. The bounds on priority
-- leave nothing out; they and the plus signs keep SQLite from walking all that was ever done.
SELECT {task_columns}
FROM task t WHERE t.ws = :ws AND +t.number < :before AND t.priority >= 1 AND t.priority <= 5 AND t.status NOT IN ('done', 'failed', 'cancelled')
  {task_filter}
ORDER BY +t.number DESC LIMIT :most;

-- name: task_urgent
-- Tasks, most urgent first, and the oldest of those first, narrowed; primary key, and sorted.
SELECT {task_columns}
FROM task t WHERE t.ws = :ws AND t.priority <= :priority AND (t.priority < :priority OR t.number > :after)
  {task_filter}
ORDER BY t.priority DESC, t.number LIMIT :most;

-- name: task_urgent_unfinished
-- Tasks that are not finished, most urgent first, and the oldest of those first, narrowed; partial index task_unfinished.
SELECT {task_columns}
FROM task t WHERE t.ws = :ws AND t.priority <= :priority AND (t.priority < :priority OR t.number > :after) AND t.status NOT IN ('done', 'failed', 'cancelled')
  {task_filter}
ORDER BY t.priority DESC, t.number LIMIT :most;

-- name: task_need_add
-- A task waits for another; primary key.
INSERT INTO task_need (ws, number, needs) VALUES (:ws, :number, :needs) ON CONFLICT DO NOTHING;

-- name: task_need_drop
-- A task waits for another no more; primary key.
DELETE FROM task_need WHERE ws = :ws AND number = :number AND needs = :needs;

-- name: task_needs
-- What a task waits for, as numbers; primary key.
SELECT needs FROM task_need WHERE ws = :ws AND number = :number ORDER BY needs;

-- name: keep_tasks
-- Tasks with all their columns, for an export; primary key.
SELECT {task_columns}
FROM task t WHERE t.ws = :ws AND t.number > :after ORDER BY t.number LIMIT :most;

-- name: task_words_drop
-- Forget the words of a task that changes; primary key.
DELETE FROM task_words WHERE ws = :ws AND number = :number;

-- name: session_by_digest
-- The session of a token; unique index session_by_digest.
SELECT {session_rows} WHERE s.ws = :ws AND s.digest = :digest;

-- name: session_newest
-- A reader's newest session that has not ended; index session_by_reader.
SELECT {session_rows}
WHERE s.ws = :ws AND s.reader = :reader AND s.ended_at IS NULL ORDER BY s.seq DESC LIMIT 1;

-- name: sessions_open
-- The sessions that have not ended, seen of late; partial index session_open.
SELECT {session_rows}
WHERE s.ws = :ws AND s.ended_at IS NULL AND s.last_seen > :since ORDER BY s.seq;

-- name: session_page
-- Sessions, newest first; primary key.
SELECT {session_rows}
WHERE s.ws = :ws AND s.seq < :before AND (CAST(:agent AS BIGINT) IS NULL OR r.agent = :agent) ORDER BY s.seq DESC LIMIT :most;

-- name: session_add
-- Store a new session; its token only as a digest.
INSERT INTO session (ws, seq, id, digest, reader, area, files, ttl_s, announce, started_at, last_seen, ended_at, summary, outcome, touched)
VALUES (:ws, :seq, :id, :digest, :reader, :area, :files, :ttl_s, :announce, :started_at, :last_seen, :ended_at, :summary, :outcome, :touched);

-- name: session_change
-- What a session declares now; primary key.
UPDATE session SET area = :area, files = :files, summary = :summary, last_seen = :now WHERE ws = :ws AND seq = :seq;

-- name: session_end
-- A session is over; the first time wins; primary key.
UPDATE session SET ended_at = :now, last_seen = :now, summary = :summary, outcome = :outcome, touched = :touched
WHERE ws = :ws AND seq = :seq AND ended_at IS NULL;

-- name: session_touch
-- Update when a session was last seen; primary key.
UPDATE session SET last_seen = :last_seen WHERE ws = :ws AND seq = :seq AND ended_at IS NULL AND last_seen < :last_seen;

-- name: acknowledged_since
-- Who acknowledged an agent's newest messages after a time, the last first; index message_by_sender, primary key of receipt.
SELECT m.id, r.name, p.acknowledged_at
FROM (SELECT ws, seq, id FROM message WHERE ws = :ws AND sender_agent = :sender_agent ORDER BY seq DESC LIMIT :looked_at) AS m
  JOIN receipt p ON p.ws = m.ws AND p.seq = m.seq JOIN reader r ON r.ws = p.ws AND r.reader = p.reader
WHERE p.acknowledged_at > :since ORDER BY p.acknowledged_at DESC LIMIT :most;

-- name: note_add
-- Store a note; no statement changes what it says.
INSERT INTO note (ws, seq, id, kind, title, text, tags, priority, metadata, author, author_name, author_instance, session, content, acting_key,
    created_at, folder, write_id, expires_at, archived_at)
VALUES (:ws, :seq, :id, :kind, :title, :text, :tags, :priority, :metadata, :author, :author_name, :author_instance, :session, :content,
    :acting_key, :created_at, :folder, :write_id, :expires_at, :archived_at);

-- name: note_move
-- Put a note into a folder, or into none; primary key.
UPDATE note SET folder = :folder WHERE ws = :ws AND seq = :seq;

-- name: note_archive
-- Archive a note, or bring it back; primary key.
UPDATE note SET archived_at = :archived_at WHERE ws = :ws AND seq = :seq;

-- name: note_remove
-- Remove a note; its words and links go before it; primary key.
DELETE FROM note WHERE ws = :ws AND seq = :seq;

-- name: note_links_remove
-- Remove the links of a note, either way; primary key and index note_link_by_target.
DELETE FROM note_link WHERE ws = :ws AND (source = :seq OR target = :seq);

-- name: note_by_write_id
-- The note of an author's write that may be repeated; unique index note_by_write_id.
SELECT {note_columns}
FROM note n WHERE n.ws = :ws AND n.author = :author AND n.write_id = :write_id;

-- name: note_in_folder
-- Whether a folder holds anything; index note_by_folder.
SELECT n.seq FROM note n WHERE n.ws = :ws AND n.folder = :folder LIMIT 1;

-- name: note_versions
-- A note and the versions before it, newest first; primary key.
{note_with_versions}
SELECT seq FROM version ORDER BY steps;

-- name: note_latest
-- The current version of a note; index note_link_by_target.
WITH RECURSIVE version (seq, steps) AS (
  SELECT CAST(:seq AS BIGINT), 0 UNION ALL
  SELECT l.source, v.steps + 1 FROM version v JOIN note_link l ON l.ws = :ws AND l.target = v.seq AND l.relation = 'supersedes'
  WHERE v.steps < :most)
SELECT seq FROM version ORDER BY steps DESC LIMIT 1;

-- name: note_tidy
-- Current notes that few need, oldest first: old ones of a kind, unimportant ones that are old; primary key.
SELECT {note_columns}
FROM note n WHERE n.ws = :ws AND {note_is_current} AND n.kind <> 'folder' AND n.kind <> 'document'
  AND (CAST(:author AS BIGINT) IS NULL OR n.author = :author)
  AND ((n.kind = :kind AND n.created_at < :kind_before) OR (n.priority <= :priority AND n.created_at < :before))
ORDER BY n.seq LIMIT :most;

-- name: note_by_id
-- One note; unique index note_by_id.
SELECT {note_columns}
FROM note n WHERE n.ws = :ws AND n.id = :id;

-- name: notes_of_beginning
-- The notes whose id begins with some digits, oldest first; unique index note_by_id.
SELECT {note_columns}
FROM note n WHERE n.ws = :ws AND n.id >= :low AND n.id < :high ORDER BY n.id LIMIT :most;

-- name: note_by_seq
-- One note; primary key.
SELECT {note_columns}
FROM note n WHERE n.ws = :ws AND n.seq = :seq;

-- name: note_known
-- The newest current note that says the same; index note_by_content.
SELECT {note_columns}
FROM note n WHERE n.ws = :ws AND n.content = :content AND {note_is_current}
ORDER BY n.seq DESC LIMIT 1;

-- name: note_page
-- Notes, newest first, narrowed; primary key.
SELECT {note_columns}
FROM note n WHERE n.ws = :ws AND n.seq < :before {note_filter}
ORDER BY n.seq DESC LIMIT :most;

-- name: notes_kept
-- How many notes are current; primary key.
SELECT COUNT(*) FROM note n WHERE n.ws = :ws AND {note_is_current};

-- name: note_link_add
-- Link two notes; the same link twice is one; primary key.
INSERT INTO note_link (ws, source, relation, target, author, created_at) VALUES (:ws, :source, :relation, :target, :author, :created_at)
ON CONFLICT DO NOTHING;

-- name: note_link_find
-- Whether two notes are linked so already; primary key.
SELECT author FROM note_link WHERE ws = :ws AND source = :source AND relation = :relation AND target = :target;

-- name: note_link_remove
-- Remove a link; primary key.
DELETE FROM note_link WHERE ws = :ws AND source = :source AND relation = :relation AND target = :target;

-- name: note_links_of
-- What a note is linked to, either way; primary key and index note_link_by_target.
SELECT {link_columns} FROM (
  SELECT * FROM (SELECT l.* FROM note_link l WHERE l.ws = :ws AND l.source = :seq
    ORDER BY l.relation, l.target LIMIT :most) AS forth
  UNION
  SELECT * FROM (SELECT l.* FROM note_link l WHERE l.ws = :ws AND l.target = :seq
    ORDER BY l.relation, l.source LIMIT :most) AS back
) AS l {link_notes}
ORDER BY l.source, l.relation, l.target LIMIT :most;

-- name: note_links_of_versions
-- What a note and the versions before it are linked to, either way; primary key and index note_link_by_target.
{note_with_versions}
SELECT {link_columns} FROM (
  SELECT l.* FROM version v JOIN note_link l ON l.ws = :ws AND l.source = v.seq WHERE l.relation <> 'supersedes'
  UNION
  SELECT l.* FROM version v JOIN note_link l ON l.ws = :ws AND l.target = v.seq WHERE l.relation <> 'supersedes'
) AS l {link_notes}
ORDER BY l.source, l.relation, l.target LIMIT :most;

-- name: search_upto
-- How far the index of words has come; primary key of search_cursor.
SELECT upto FROM search_cursor WHERE ws = :ws;

-- name: search_begin
-- The first time a workspace is indexed.
INSERT INTO search_cursor (ws, upto) VALUES (:ws, 0) ON CONFLICT DO NOTHING;

-- name: search_move
-- The index of words has come this far; primary key of search_cursor.
UPDATE search_cursor SET upto = :upto WHERE ws = :ws;

-- name: search_unindexed
-- The next messages to index, those without an intent (sealed ones) as empty; primary key of message.
SELECT seq, subject, CASE intent WHEN '' THEN '' ELSE body END FROM message WHERE ws = :ws AND seq > :upto ORDER BY seq LIMIT :most;

-- name: keep_readers
-- Every reader with all its columns, for an export; primary key.
SELECT reader, agent, name, instance, skeleton, kind, seen, registered_seq, read_floor, delivered_floor
FROM reader WHERE ws = :ws AND reader > :after ORDER BY reader LIMIT :most;

-- name: keep_holes
-- A reader's holes, for an export; primary key.
SELECT mark, seq FROM hole WHERE ws = :ws AND reader = :reader AND seq <= :upto ORDER BY mark, seq;

-- name: keep_hidden
-- What a reader has put away, for an export; primary key.
SELECT seq FROM hidden WHERE ws = :ws AND reader = :reader AND seq <= :upto ORDER BY seq;

-- name: keep_messages
-- Messages with all their columns, for an export; primary key.
SELECT seq, id, sender, sender_agent, sender_name, sender_instance, sender_kind, type, audience, subject, body, intent, priority, refs,
    metadata, parent, thread, thread_id, expects_reply_by, expires_at, idempotency_key, hops, acting_key, created_at
FROM message WHERE ws = :ws AND seq > :after AND seq <= :upto ORDER BY seq LIMIT :most;

-- name: keep_addressed
-- The addresses of a run of messages; index addressed_by_seq.
SELECT seq, channel, left_out, expires_at FROM addressed WHERE ws = :ws AND seq >= :low AND seq <= :high ORDER BY seq, channel;

-- name: keep_receipts
-- The receipts of a run of messages; primary key.
SELECT seq, reader, delivered_at, read_at, acknowledged_at, archived_at, evidence FROM receipt
WHERE ws = :ws AND seq >= :low AND seq <= :high ORDER BY seq, reader;

-- name: keep_idempotency
-- The idempotency keys of a run of messages, with their content hashes; primary keys.
SELECT m.seq, i.content FROM message m JOIN idempotency i ON i.ws = m.ws AND i.sender = m.sender_agent AND i.key = m.idempotency_key
WHERE m.ws = :ws AND m.seq >= :low AND m.seq <= :high AND i.seq = m.seq;

-- name: keep_events
-- A run of the feed that is not messages; primary key.
SELECT seq, kind, at, reader, subject FROM event WHERE ws = :ws AND seq > :after AND seq <= :upto ORDER BY seq LIMIT :most;

-- name: keep_event
-- One line of the feed; primary key.
SELECT seq, kind, at, reader, subject FROM event WHERE ws = :ws AND seq = :seq;

-- name: session_by_seq
-- One session's id; primary key.
SELECT id FROM session WHERE ws = :ws AND seq = :seq;

-- name: keep_sessions
-- Sessions, for an export; primary key.
SELECT {session_rows}
WHERE s.ws = :ws AND s.seq > :after AND s.seq <= :upto ORDER BY s.seq LIMIT :most;

-- name: keep_notes
-- Notes with all their columns, for an export; primary key.
SELECT {note_columns}
FROM note n WHERE n.ws = :ws AND n.seq > :after AND n.seq <= :upto ORDER BY n.seq LIMIT :most;

-- name: keep_note_links
-- What a note is linked to, for an export; primary key.
SELECT relation, target, author, created_at FROM note_link
WHERE ws = :ws AND source = :seq AND target <= :upto ORDER BY relation, target;

-- name: keep_next_seq
-- Numbers go on after what was imported; primary key.
UPDATE workspace SET next_seq = CASE WHEN next_seq < :next_seq THEN :next_seq ELSE next_seq END WHERE ws = :ws;

-- name: schedule_add
-- Store a schedule.
INSERT INTO schedule (ws, id, seq, cron, zone, audience, subject, body, intent, priority, created_by, created_at, next_at, last_at, last_error)
VALUES (:ws, :id, :seq, :cron, :zone, :audience, :subject, :body, :intent, :priority, :created_by, :created_at, :next_at, :last_at, :last_error);

-- name: schedule_find
-- One schedule; primary key.
SELECT id, seq, cron, zone, audience, subject, body, intent, priority, created_by, created_at, next_at, last_at, last_error
FROM schedule WHERE ws = :ws AND id = :id;

-- name: schedules_of
-- A workspace's schedules, oldest first; index schedule_by_seq.
SELECT id, seq, cron, zone, audience, subject, body, intent, priority, created_by, created_at, next_at, last_at, last_error
FROM schedule WHERE ws = :ws AND seq > :after AND seq <= :upto ORDER BY seq LIMIT :most;

-- name: schedules_due
-- What is to be sent by now, in any workspace. across: the server keeps time for all of them; index schedule_by_next.
SELECT ws, id, next_at FROM schedule WHERE next_at <= :now ORDER BY next_at, ws, id LIMIT :most;

-- name: schedule_claim
-- Take one firing, if nobody else has taken it; primary key.
UPDATE schedule SET next_at = :next_at, last_at = :last_at, last_error = NULL WHERE ws = :ws AND id = :id AND next_at = :expected RETURNING id;

-- name: schedule_failed
-- Say why the newest firing sent nothing; primary key.
UPDATE schedule SET last_error = :last_error WHERE ws = :ws AND id = :id;

-- name: schedule_remove
-- End a schedule; what it has sent stays; primary key.
DELETE FROM schedule WHERE ws = :ws AND id = :id;

-- name: needs_recent
-- Newest first, what may wait for somebody among the messages after a seq: blocked, questions, urgent, an answer due, expired, or one's own;
-- and whether it was answered; primary key, index message_by_thread.
SELECT m.seq, EXISTS (SELECT 1 FROM message r WHERE r.ws = m.ws AND r.thread = m.thread AND r.seq > m.seq AND r.parent = m.id
    AND r.sender_agent <> m.sender_agent)
FROM message m WHERE m.ws = :ws AND m.seq > :after AND m.created_at > :since
  AND (m.intent IN ('blocked', 'question') OR m.priority = 5 OR m.expects_reply_by IS NOT NULL OR m.expires_at <= :now OR m.sender_agent = :me)
ORDER BY m.seq DESC LIMIT :most;

-- name: needs_mail
-- A person's post by name that nobody has acknowledged, put away or answered, newest first; primary keys, index message_by_thread.
SELECT a.seq FROM addressed a WHERE a.ws = :ws AND a.channel = :person AND (a.expires_at IS NULL OR a.expires_at > :now)
  AND NOT EXISTS (SELECT 1 FROM receipt p WHERE p.ws = a.ws AND p.seq = a.seq AND p.reader = a.channel
    AND (p.acknowledged_at IS NOT NULL OR p.archived_at IS NOT NULL))
  AND NOT EXISTS (SELECT 1 FROM message m JOIN message r ON r.ws = m.ws AND r.thread = m.thread AND r.seq > m.seq AND r.parent = m.id
    WHERE m.ws = a.ws AND m.seq = a.seq AND r.sender_agent = :person)
ORDER BY a.seq DESC LIMIT :most;

-- name: thread_heads
-- The first and the last message of each conversation, newest first, with how many messages it has; primary key, index message_by_thread.
SELECT m.thread, m.thread, m.seq, (SELECT COUNT(*) FROM message c WHERE c.ws = m.ws AND c.thread = m.thread AND c.seq >= m.thread)
FROM message m WHERE m.ws = :ws AND m.seq < :before AND (:least = 1 OR m.thread < m.seq)
  AND NOT EXISTS (SELECT 1 FROM message n WHERE n.ws = m.ws AND n.thread = m.thread AND n.seq > m.seq)
ORDER BY m.seq DESC LIMIT :most;

-- name: thread_heads_of
-- The same of the messages that an agent may see in a private workspace, as if there were no others; primary key, indexes message_by_thread and addressed_by_seq.
SELECT m.thread, (SELECT MIN(c.seq) FROM message c WHERE c.ws = m.ws AND c.thread = m.thread AND c.seq >= m.thread
    AND (c.sender_agent = :visible_to OR EXISTS (SELECT 1 FROM addressed a WHERE a.ws = :ws AND a.seq BETWEEN c.seq AND c.seq AND (a.channel = 0 OR a.channel = :visible_to OR a.channel IN (SELECT reader FROM reader WHERE ws = :ws AND agent = :visible_to))))), m.seq,
  (SELECT COUNT(*) FROM message c WHERE c.ws = m.ws AND c.thread = m.thread AND c.seq >= m.thread
    AND (c.sender_agent = :visible_to OR EXISTS (SELECT 1 FROM addressed a WHERE a.ws = :ws AND a.seq BETWEEN c.seq AND c.seq AND (a.channel = 0 OR a.channel = :visible_to OR a.channel IN (SELECT reader FROM reader WHERE ws = :ws AND agent = :visible_to)))))
FROM message m WHERE m.ws = :ws AND m.seq < :before
  AND (m.sender_agent = :visible_to OR EXISTS (SELECT 1 FROM addressed a WHERE a.ws = :ws AND a.seq BETWEEN m.seq AND m.seq AND (a.channel = 0 OR a.channel = :visible_to OR a.channel IN (SELECT reader FROM reader WHERE ws = :ws AND agent = :visible_to))))
  AND NOT EXISTS (SELECT 1 FROM message n WHERE n.ws = m.ws AND n.thread = m.thread AND n.seq > m.seq
    AND (n.sender_agent = :visible_to OR EXISTS (SELECT 1 FROM addressed a WHERE a.ws = :ws AND a.seq BETWEEN n.seq AND n.seq AND (a.channel = 0 OR a.channel = :visible_to OR a.channel IN (SELECT reader FROM reader WHERE ws = :ws AND agent = :visible_to)))))
  AND (:least = 1 OR EXISTS (SELECT 1 FROM message o WHERE o.ws = m.ws AND o.thread = m.thread AND o.seq >= m.thread AND o.seq < m.seq
    AND (o.sender_agent = :visible_to OR EXISTS (SELECT 1 FROM addressed a WHERE a.ws = :ws AND a.seq BETWEEN o.seq AND o.seq AND (a.channel = 0 OR a.channel = :visible_to OR a.channel IN (SELECT reader FROM reader WHERE ws = :ws AND agent = :visible_to))))))
ORDER BY m.seq DESC LIMIT :most;

-- name: thread_people
-- Who wrote in a conversation, in order of their first message, as far as somebody may see it; index message_by_thread.
SELECT m.sender_name, m.sender_kind, COUNT(*) FROM message m WHERE m.ws = :ws AND m.thread = :thread AND m.seq >= :thread
  AND (CAST(:visible_to AS BIGINT) IS NULL OR (m.sender_agent = :visible_to OR EXISTS (SELECT 1 FROM addressed a WHERE a.ws = :ws AND a.seq BETWEEN m.seq AND m.seq AND (a.channel = 0 OR a.channel = :visible_to OR a.channel IN (SELECT reader FROM reader WHERE ws = :ws AND agent = :visible_to)))))
GROUP BY m.sender_name, m.sender_kind ORDER BY MIN(m.seq);

-- name: webhook_add
-- Store a webhook with its secret.
INSERT INTO webhook (ws, id, form, secret, audience, subject, body, intent, priority, created_by, created_at, received, received_at)
VALUES (:ws, :id, :form, :secret, :audience, :subject, :body, :intent, :priority, :created_by, :created_at, 0, NULL);

-- name: webhook_find
-- The webhook that somebody posts to. across: its id is how the workspace is found; unique index webhook_by_id.
SELECT ws, id, form, secret, audience, subject, body, intent, priority, created_by, created_at, received, received_at FROM webhook WHERE id = :id;

-- name: webhooks_of
-- A workspace's webhooks, oldest first; primary key.
SELECT ws, id, form, secret, audience, subject, body, intent, priority, created_by, created_at, received, received_at
FROM webhook WHERE ws = :ws ORDER BY created_at, id;

-- name: webhook_received
-- One more delivery came; primary key.
UPDATE webhook SET received = received + 1, received_at = :now WHERE ws = :ws AND id = :id;

-- name: webhook_remove
-- End a webhook; what it has brought stays; primary key.
DELETE FROM webhook WHERE ws = :ws AND id = :id;

-- part: outgoing
-- A webhook to another system, with the numbers of its waiting and failed deliveries.
w.ws, w.id, w.url, w.topic, w.form, w.secret, w.position, w.created_by, w.created_at, w.next_at, w.lease, w.resumes_at, w.failures, w.delivered, w.last_at, w.last_status, w.last_error,
  (SELECT COUNT(*) FROM delivery d WHERE d.ws = w.ws AND d.webhook = w.id AND d.next_at IS NOT NULL) AS waiting,
  (SELECT COUNT(*) FROM delivery d WHERE d.ws = w.ws AND d.webhook = w.id AND d.state = 'failed') AS failed

-- part: delivery
-- The columns of a delivery: one message and reason for one webhook.
webhook, id, seq, reason, created_at, attempts, next_at, state, status, error

-- name: outgoing_add
-- Store an outgoing webhook with its secret.
INSERT INTO webhook_out (ws, id, url, topic, form, secret, position, created_by, created_at, next_at, lease, resumes_at, failures, delivered, last_at, last_status, last_error)
VALUES (:ws, :id, :url, :topic, :form, :secret, :position, :created_by, :created_at, NULL, NULL, 0, 0, 0, NULL, NULL, NULL);

-- name: outgoing_of
-- A workspace's outgoing webhooks, oldest first; primary key.
SELECT {outgoing} FROM webhook_out w WHERE w.ws = :ws ORDER BY w.created_at, w.id;

-- name: outgoing_find
-- One outgoing webhook; primary key.
SELECT {outgoing} FROM webhook_out w WHERE w.ws = :ws AND w.id = :id;

-- name: outgoing_remove
-- End an outgoing webhook; primary key.
DELETE FROM webhook_out WHERE ws = :ws AND id = :id;

-- name: deliveries_remove
-- Forget the deliveries of a webhook; primary key.
DELETE FROM delivery WHERE ws = :ws AND webhook = :webhook;

-- name: outgoing_workspaces
-- The workspaces with outgoing webhooks. across: the server looks after all of them; a small table.
SELECT DISTINCT ws FROM webhook_out ORDER BY ws LIMIT :most;

-- name: outgoing_due
-- Webhooks with something to tell by now, in any workspace. across: the server keeps time for all of them; index webhook_out_by_next.
SELECT ws, id, next_at FROM webhook_out WHERE next_at <= :now ORDER BY next_at, ws, id LIMIT :most;

-- name: outgoing_feed
-- What happened after a number, with the priority of messages; primary keys.
SELECT seq, kind, priority, subject FROM (
  SELECT * FROM (SELECT m.seq, 'message.sent' AS kind, m.priority, '' AS subject FROM message m WHERE m.ws = :ws AND m.seq > :after ORDER BY m.seq LIMIT :most) AS a
  UNION ALL
  SELECT * FROM (SELECT e.seq, e.kind, 0, e.subject FROM event e WHERE e.ws = :ws AND e.seq > :after ORDER BY e.seq LIMIT :most) AS b
) AS x ORDER BY seq LIMIT :most;

-- name: outgoing_advance
-- Go on in the feed, unless another server has; new deliveries are due now, or after an attempt or a pause; primary key.
UPDATE webhook_out SET position = :position, next_at = CASE WHEN :has_news = 0 OR lease > :now THEN next_at
  WHEN resumes_at > :now THEN resumes_at ELSE :now END
WHERE ws = :ws AND id = :id AND position = :expected RETURNING id;

-- name: outgoing_wake
-- Try a receiver now, or after the attempt that a server makes at this moment; primary key.
UPDATE webhook_out SET next_at = CASE WHEN lease > :now THEN next_at ELSE :now END, resumes_at = 0, failures = 0 WHERE ws = :ws AND id = :id;

-- name: outgoing_claim
-- Take the next attempts of a webhook, unless another server has; primary key.
UPDATE webhook_out SET next_at = :until, lease = :until WHERE ws = :ws AND id = :id AND next_at = :expected RETURNING id;

-- name: outgoing_release
-- Set when a webhook is tried next: when something is due, and not before a time; primary key, index delivery_by_next.
UPDATE webhook_out SET lease = NULL, resumes_at = :earliest, next_at = (SELECT CASE WHEN MIN(d.next_at) < :earliest THEN :earliest ELSE MIN(d.next_at) END FROM delivery d
  WHERE d.ws = :ws AND d.webhook = :id AND d.next_at IS NOT NULL)
WHERE ws = :ws AND id = :id AND next_at = :until;

-- name: outgoing_result
-- Note how an attempt ended; primary key.
UPDATE webhook_out SET failures = CASE WHEN :is_good = 1 THEN 0 ELSE failures + 1 END, delivered = delivered + :is_good,
  last_at = :now, last_status = :status, last_error = :error WHERE ws = :ws AND id = :id;

-- name: delivery_add
-- Something to tell a webhook, unless it is there; index delivery_by_message.
INSERT INTO delivery (ws, webhook, id, seq, reason, created_at, attempts, next_at, state, status, error)
VALUES (:ws, :webhook, :id, :seq, :reason, :created_at, 0, :created_at, 'waiting', NULL, NULL) ON CONFLICT DO NOTHING;

-- name: delivery_next
-- Next delivery that is due, a test first; index delivery_by_next.
SELECT {delivery} FROM delivery WHERE ws = :ws AND webhook = :webhook AND next_at <= :now
ORDER BY CASE WHEN seq = 0 THEN 0 ELSE 1 END, next_at, id LIMIT 1;

-- name: delivery_find
-- One delivery; primary key.
SELECT {delivery} FROM delivery WHERE ws = :ws AND webhook = :webhook AND id = :id;

-- name: deliveries_failed
-- Failed deliveries of a webhook, newest first; index delivery_by_failure.
SELECT {delivery} FROM delivery WHERE ws = :ws AND webhook = :webhook AND state = 'failed' ORDER BY id DESC LIMIT :most;

-- name: deliveries_known
-- The messages and reasons of a webhook's deliveries since a time; primary key.
SELECT seq, reason FROM delivery WHERE ws = :ws AND webhook = :webhook AND created_at >= :since;

-- name: delivery_settle
-- Note how an attempt at a delivery ended, and when to try again; primary key.
UPDATE delivery SET attempts = attempts + 1, next_at = :next_at, state = :state, status = :status, error = :error
WHERE ws = :ws AND webhook = :webhook AND id = :id;

-- name: delivery_forget
-- Forget a delivery that needs no memory; primary key.
DELETE FROM delivery WHERE ws = :ws AND webhook = :webhook AND id = :id;

-- name: deliveries_retry
-- Try again what failed: one delivery, or all; index delivery_by_failure.
UPDATE delivery SET attempts = 0, next_at = :now, state = 'waiting'
WHERE ws = :ws AND webhook = :webhook AND state = 'failed' AND (CAST(:id AS TEXT) IS NULL OR id = :id) RETURNING id;

-- name: deliveries_old
-- Forget what is over since a time, and all but the newest failures; primary key.
DELETE FROM delivery WHERE ws = :ws AND webhook = :webhook AND next_at IS NULL AND (created_at < :before
  OR (state = 'failed' AND id < (SELECT MIN(f.id) FROM (SELECT d.id FROM delivery d WHERE d.ws = :ws AND d.webhook = :webhook AND d.state = 'failed'
    ORDER BY d.id DESC LIMIT :most) AS f)));

-- name: held_message
-- How many bytes the messages after a seq take, a thousand each for their row, addresses and receipts; primary key.
SELECT COUNT(*), MAX(x.seq), SUM(x.bytes) FROM (SELECT m.seq, 1000 + OCTET_LENGTH(m.body) + OCTET_LENGTH(m.refs) + OCTET_LENGTH(m.metadata)
  + OCTET_LENGTH(COALESCE(m.subject, '')) AS bytes FROM message m WHERE m.ws = :ws AND m.seq > :after ORDER BY m.seq LIMIT :most) AS x;

-- name: held_note
-- How many bytes the notes after a seq take; primary key.
SELECT COUNT(*), MAX(x.seq), SUM(x.bytes) FROM (SELECT n.seq, 1000 + OCTET_LENGTH(n.text) + OCTET_LENGTH(n.metadata) + OCTET_LENGTH(n.tags) AS bytes
  FROM note n WHERE n.ws = :ws AND n.seq > :after ORDER BY n.seq LIMIT :most) AS x;

-- name: held_task
-- How many bytes the tasks after a number take; primary key.
SELECT COUNT(*), MAX(x.number), SUM(x.bytes) FROM (SELECT t.number, 1000 + OCTET_LENGTH(t.description) + OCTET_LENGTH(t.card) AS bytes
  FROM task t WHERE t.ws = :ws AND t.number > :after ORDER BY t.number LIMIT :most) AS x;

-- name: owed_answer
-- The oldest message from one agent to another, among the newest seqs, that expects an answer and has none; primary keys, index message_by_thread.
SELECT m.id FROM addressed a JOIN message m ON m.ws = a.ws AND m.seq = a.seq
WHERE a.ws = :ws AND a.channel = :agent AND a.seq > :after AND m.sender_agent = :asker AND m.expects_reply_by IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM message r WHERE r.ws = m.ws AND r.thread = m.thread AND r.seq > m.seq AND r.parent = m.id
    AND r.sender_agent = :agent)
ORDER BY a.seq LIMIT 1;

-- name: copy_add
-- Keep when the database was copied. across: a copy holds all workspaces; primary key.
INSERT INTO database_copy (made_at, bytes, verified) VALUES (:now, :bytes, :verified) ON CONFLICT (made_at) DO NOTHING;

-- name: copy_last
-- The newest copy of the database. across: a copy holds all workspaces; primary key.
SELECT made_at, bytes, verified FROM database_copy ORDER BY made_at DESC LIMIT 1;

-- name: program_session_find
-- Find a session of an agent program; primary key.
SELECT program, id, reader, activity, activity_at, started_at, last_at, memory
FROM program_session WHERE ws = :ws AND program = :program AND id = :id;

-- name: program_sessions_of
-- The sessions of an instance or of all instances of an agent, newest first; index program_session_by_age.
SELECT s.program, s.id, s.reader, s.activity, s.activity_at, s.started_at, s.last_at, s.memory
FROM program_session s JOIN reader r ON r.ws = s.ws AND r.reader = s.reader
WHERE s.ws = :ws AND s.last_at > :since AND (s.reader = :reader OR r.agent = :reader)
ORDER BY s.last_at DESC LIMIT :most;

-- name: program_session_put
-- Keep what a session of an agent program does and was shown; primary key.
INSERT INTO program_session (ws, program, id, reader, activity, activity_at, started_at, last_at, memory)
VALUES (:ws, :program, :id, :reader, :activity, :activity_at, :started_at, :last_at, :memory)
ON CONFLICT (ws, program, id) DO UPDATE SET reader = excluded.reader, activity = excluded.activity,
    activity_at = excluded.activity_at, last_at = excluded.last_at, memory = excluded.memory;

-- name: program_sessions_forget
-- Forget sessions that have not reported since a moment; index program_session_by_age.
DELETE FROM program_session WHERE ws = :ws AND last_at < :before;

-- name: program_sessions_trim
-- Forget all but the sessions that reported last; index program_session_by_age.
DELETE FROM program_session WHERE ws = :ws AND last_at < (
    SELECT last_at FROM program_session WHERE ws = :ws ORDER BY last_at DESC LIMIT 1 OFFSET :kept);

-- name: obligation_add
-- Note that a reply to a message is expected from an address.
INSERT INTO obligation (ws, channel, seq, stage, next_at, reroute) VALUES (:ws, :channel, :seq, :stage, :next_at, :reroute);

-- name: obligations_due
-- Messages whose reply the server looks for now, in any workspace. across: the server keeps time for all of them; index obligation_by_next.
SELECT DISTINCT ws, seq, next_at FROM obligation WHERE next_at <= :now ORDER BY next_at, ws, seq LIMIT :most;

-- name: obligation_claim
-- Claim one reminder of a message, unless another server has claimed it; index obligation_by_seq.
UPDATE obligation SET stage = :stage, next_at = :next_at WHERE ws = :ws AND seq = :seq AND next_at = :expected RETURNING channel, reroute;

-- name: obligation_end
-- Expect no reply to a message any longer; index obligation_by_seq.
DELETE FROM obligation WHERE ws = :ws AND seq = :seq;

-- name: reminders
-- Messages with reminders for a reader, with their stage, oldest first; primary key.
SELECT o.seq, MAX(o.stage) FROM obligation o WHERE o.ws = :ws AND o.channel IN (0, :agent, :reader) AND o.stage > 0
GROUP BY o.seq ORDER BY o.seq LIMIT :most;

-- name: presence_with_role
-- Presence of agents and instances whose card names a role, for the one message that is sent on; primary key.
SELECT r.reader, r.agent, r.name, r.instance, r.skeleton, r.kind, r.seen, r.registered_seq, r.read_floor, r.delivered_floor, p.card
FROM presence p JOIN reader r ON r.ws = p.ws AND r.reader = p.reader
WHERE p.ws = :ws AND REPLACE(p.card, :role, '') <> p.card AND r.kind = 'agent' ORDER BY r.reader LIMIT :most;

-- name: roster_page
-- The records of a sealed workspace's roster after a position; primary key.
SELECT position, body, signature, created_at FROM roster WHERE ws = :ws AND position > :after ORDER BY position LIMIT :most;

-- name: roster_keep
-- The records after a position with all their columns, for an export; primary key.
SELECT position, body, signature, hash, created_at FROM roster WHERE ws = :ws AND position > :after ORDER BY position LIMIT :most;

-- name: roster_at
-- The hash of one record; primary key.
SELECT hash FROM roster WHERE ws = :ws AND position = :position;

-- name: roster_head
-- The newest record's position and hash; primary key.
SELECT position, hash FROM roster WHERE ws = :ws ORDER BY position DESC LIMIT 1;

-- name: roster_add
-- Append a record.
INSERT INTO roster (ws, position, body, signature, hash, created_at) VALUES (:ws, :position, :body, :signature, :hash, :now);

-- name: roster_request_put
-- Keep an agent's request to become a member; a repeat replaces it.
INSERT INTO roster_request (ws, agent, member, request, created_at) VALUES (:ws, :agent, :member, :request, :now)
ON CONFLICT (ws, agent) DO UPDATE SET member = excluded.member, request = excluded.request, created_at = excluded.created_at;

-- name: roster_requests_of
-- The requests that wait, oldest first; primary key.
SELECT q.agent, r.name, q.member, q.request, q.created_at FROM roster_request q JOIN reader r ON r.ws = q.ws AND r.reader = q.agent
WHERE q.ws = :ws ORDER BY q.created_at, q.agent;

-- name: roster_request_drop
-- End the request of a member that was added, and those that have waited too long; primary key.
DELETE FROM roster_request WHERE ws = :ws AND (member = :member OR created_at < :before);

-- name: sealed_add
-- Keep what is bound to the sender of a sealed message.
INSERT INTO sealed_message (ws, seq, member, counter, hash) VALUES (:ws, :seq, :member, :counter, :hash);

-- name: sealed_last
-- What a member has sent last; index sealed_message_by_member.
SELECT counter, hash FROM sealed_message WHERE ws = :ws AND member = :member ORDER BY counter DESC LIMIT 1;

-- name: sealed_at
-- What is bound to the sender of one sealed message; primary key.
SELECT member, counter, hash FROM sealed_message WHERE ws = :ws AND seq = :seq;

-- name: sealed_page
-- The sealed messages after a number, in order; primary key.
SELECT seq, member, counter, hash FROM sealed_message WHERE ws = :ws AND seq > :after ORDER BY seq LIMIT :most;

-- name: sealed_text_add
-- Store an edition of a sealed text.
INSERT INTO sealed_text (ws, seq, member, counter, hash, noun, object, edition, header, wraps_hash, content_hash, signature, wraps, content)
VALUES (:ws, :seq, :member, :counter, :hash, :noun, :object, :edition, :header, :wraps_hash, :content_hash, :signature, :wraps, :content);

-- name: sealed_text_last
-- The text that a member has written last; index sealed_text_by_member.
SELECT counter, hash FROM sealed_text WHERE ws = :ws AND member = :member ORDER BY counter DESC LIMIT 1;

-- name: sealed_text_newest
-- The newest edition of an object's text; index sealed_text_by_object.
SELECT edition, hash FROM sealed_text WHERE ws = :ws AND noun = :noun AND object = :object ORDER BY edition DESC LIMIT 1;

-- name: sealed_text_forget
-- Drop the contents of older editions; index sealed_text_by_object.
UPDATE sealed_text SET content = NULL WHERE ws = :ws AND noun = :noun AND object = :object AND edition < :edition;

-- name: sealed_text_page
-- Sealed texts after a number, without their contents; primary key.
SELECT seq, member, counter, hash, header, wraps_hash, content_hash, signature, wraps, NULL FROM sealed_text WHERE ws = :ws AND seq > :after ORDER BY seq LIMIT :most;

-- name: sealed_text_at
-- One sealed text with its content; primary key.
SELECT seq, member, counter, hash, header, wraps_hash, content_hash, signature, wraps, content FROM sealed_text WHERE ws = :ws AND seq = :seq;

-- name: sealed_share_add
-- Store a share, unless another server just did.
INSERT INTO sealed_share (ws, reader, seq, body, signature, created_at) VALUES (:ws, :reader, :seq, :body, :signature, :now)
ON CONFLICT (ws, reader, seq) DO NOTHING;

-- name: sealed_share_at
-- The share of one message for one reader; primary key.
SELECT body, signature FROM sealed_share WHERE ws = :ws AND reader = :reader AND seq = :seq;

-- name: sealed_begin
-- Begin to add to a roster or a chain: the row stays locked until the commit, so that servers add one after the other; primary key.
UPDATE workspace SET sealed = sealed WHERE ws = :ws;
