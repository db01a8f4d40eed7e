


SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;


CREATE FUNCTION public.ackbox_wall(walled regclass) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', walled);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', walled);
    EXECUTE format('CREATE POLICY workspace ON %s USING (ws = NULLIF(current_setting(''ackbox.ws'', true), '''')::bigint)', walled);
    IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'ackbox_app') THEN
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO ackbox_app', walled);
    END IF;
END $$;


SET default_tablespace = '';

SET default_table_access_method = heap;


CREATE TABLE public.access_key (
    id text NOT NULL,
    ws bigint NOT NULL,
    digest bytea NOT NULL,
    role text NOT NULL,
    agent text,
    may_speak_as text NOT NULL,
    label text NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint,
    revoked_at bigint
);

ALTER TABLE ONLY public.access_key FORCE ROW LEVEL SECURITY;



CREATE TABLE public.addressed (
    ws bigint NOT NULL,
    channel bigint NOT NULL,
    seq bigint NOT NULL,
    left_out bigint,
    expires_at bigint
);

ALTER TABLE ONLY public.addressed FORCE ROW LEVEL SECURITY;



CREATE TABLE public.database_copy (
    made_at bigint NOT NULL,
    bytes bigint NOT NULL,
    verified text NOT NULL
);

ALTER TABLE ONLY public.database_copy FORCE ROW LEVEL SECURITY;



CREATE TABLE public.event (
    ws bigint NOT NULL,
    seq bigint NOT NULL,
    kind text NOT NULL,
    at bigint NOT NULL,
    reader bigint NOT NULL,
    subject text NOT NULL
);

ALTER TABLE ONLY public.event FORCE ROW LEVEL SECURITY;



CREATE TABLE public.hidden (
    ws bigint NOT NULL,
    reader bigint NOT NULL,
    seq bigint NOT NULL
);

ALTER TABLE ONLY public.hidden FORCE ROW LEVEL SECURITY;



CREATE TABLE public.hole (
    ws bigint NOT NULL,
    reader bigint NOT NULL,
    mark text NOT NULL,
    seq bigint NOT NULL
);

ALTER TABLE ONLY public.hole FORCE ROW LEVEL SECURITY;



CREATE TABLE public.idempotency (
    ws bigint NOT NULL,
    sender bigint NOT NULL,
    key text NOT NULL,
    seq bigint NOT NULL,
    content bytea NOT NULL
);

ALTER TABLE ONLY public.idempotency FORCE ROW LEVEL SECURITY;



CREATE TABLE public.message (
    ws bigint NOT NULL,
    seq bigint NOT NULL,
    id text NOT NULL,
    sender bigint NOT NULL,
    sender_agent bigint NOT NULL,
    sender_name text NOT NULL,
    sender_instance text,
    sender_kind text NOT NULL,
    type text NOT NULL,
    audience text NOT NULL,
    subject text,
    body text NOT NULL,
    intent text NOT NULL,
    priority bigint NOT NULL,
    refs text NOT NULL,
    metadata text NOT NULL,
    parent text,
    thread bigint NOT NULL,
    thread_id text NOT NULL,
    expects_reply_by bigint,
    expires_at bigint,
    idempotency_key text,
    hops bigint NOT NULL,
    acting_key text,
    created_at bigint NOT NULL
);

ALTER TABLE ONLY public.message FORCE ROW LEVEL SECURITY;



CREATE TABLE public.migration (
    number bigint NOT NULL,
    name text NOT NULL
);



CREATE TABLE public.note (
    ws bigint NOT NULL,
    seq bigint NOT NULL,
    id text NOT NULL,
    kind text NOT NULL,
    title text,
    text text NOT NULL,
    tags text NOT NULL,
    priority bigint NOT NULL,
    metadata text NOT NULL,
    author bigint NOT NULL,
    author_name text NOT NULL,
    author_instance text,
    session bigint,
    content bytea NOT NULL,
    acting_key text,
    created_at bigint NOT NULL
);

ALTER TABLE ONLY public.note FORCE ROW LEVEL SECURITY;



CREATE TABLE public.note_link (
    ws bigint NOT NULL,
    source bigint NOT NULL,
    relation text NOT NULL,
    target bigint NOT NULL,
    author bigint NOT NULL,
    created_at bigint NOT NULL
);

ALTER TABLE ONLY public.note_link FORCE ROW LEVEL SECURITY;



CREATE TABLE public.note_words (
    ws bigint NOT NULL,
    seq bigint NOT NULL,
    words tsvector NOT NULL
);

ALTER TABLE ONLY public.note_words FORCE ROW LEVEL SECURITY;



CREATE TABLE public.presence (
    ws bigint NOT NULL,
    reader bigint NOT NULL,
    started_at bigint NOT NULL,
    last_seen bigint NOT NULL,
    ttl_s bigint NOT NULL,
    left_at bigint,
    card text NOT NULL
);

ALTER TABLE ONLY public.presence FORCE ROW LEVEL SECURITY;



CREATE TABLE public.reader (
    ws bigint NOT NULL,
    reader bigint NOT NULL,
    agent bigint NOT NULL,
    name text NOT NULL,
    instance text,
    skeleton text NOT NULL,
    kind text NOT NULL,
    seen bigint NOT NULL,
    registered_seq bigint NOT NULL,
    read_floor bigint NOT NULL,
    delivered_floor bigint NOT NULL
);

ALTER TABLE ONLY public.reader FORCE ROW LEVEL SECURITY;



CREATE TABLE public.receipt (
    ws bigint NOT NULL,
    seq bigint NOT NULL,
    reader bigint NOT NULL,
    delivered_at bigint,
    read_at bigint,
    acknowledged_at bigint,
    archived_at bigint,
    evidence text NOT NULL
);

ALTER TABLE ONLY public.receipt FORCE ROW LEVEL SECURITY;



CREATE TABLE public.schedule (
    ws bigint NOT NULL,
    id text NOT NULL,
    seq bigint NOT NULL,
    cron text NOT NULL,
    zone text NOT NULL,
    audience text NOT NULL,
    subject text,
    body text NOT NULL,
    intent text NOT NULL,
    priority bigint NOT NULL,
    created_by text NOT NULL,
    created_at bigint NOT NULL,
    next_at bigint NOT NULL,
    last_at bigint,
    last_error text
);

ALTER TABLE ONLY public.schedule FORCE ROW LEVEL SECURITY;



CREATE TABLE public.search_cursor (
    ws bigint NOT NULL,
    upto bigint NOT NULL
);

ALTER TABLE ONLY public.search_cursor FORCE ROW LEVEL SECURITY;



CREATE TABLE public.search_entry (
    ws bigint NOT NULL,
    seq bigint NOT NULL,
    words tsvector NOT NULL
);

ALTER TABLE ONLY public.search_entry FORCE ROW LEVEL SECURITY;



CREATE TABLE public.session (
    ws bigint NOT NULL,
    seq bigint NOT NULL,
    id text NOT NULL,
    digest bytea,
    reader bigint NOT NULL,
    area text,
    files text NOT NULL,
    ttl_s bigint NOT NULL,
    announce bigint NOT NULL,
    started_at bigint NOT NULL,
    last_seen bigint NOT NULL,
    ended_at bigint,
    summary text,
    outcome text,
    touched text NOT NULL
);

ALTER TABLE ONLY public.session FORCE ROW LEVEL SECURITY;



CREATE TABLE public.task (
    ws bigint NOT NULL,
    number bigint NOT NULL,
    id text NOT NULL,
    title text NOT NULL,
    description text NOT NULL,
    status text NOT NULL,
    priority bigint NOT NULL,
    creator bigint NOT NULL,
    creator_name text NOT NULL,
    assignee bigint,
    assignee_name text,
    assignee_instance text,
    project text,
    mission text,
    tags text NOT NULL,
    card text NOT NULL,
    idempotency_key text,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL
);

ALTER TABLE ONLY public.task FORCE ROW LEVEL SECURITY;



CREATE TABLE public.task_need (
    ws bigint NOT NULL,
    number bigint NOT NULL,
    needs bigint NOT NULL
);

ALTER TABLE ONLY public.task_need FORCE ROW LEVEL SECURITY;



CREATE TABLE public.task_words (
    ws bigint NOT NULL,
    number bigint NOT NULL,
    words tsvector NOT NULL
);

ALTER TABLE ONLY public.task_words FORCE ROW LEVEL SECURITY;



CREATE TABLE public.webhook (
    ws bigint NOT NULL,
    id text NOT NULL,
    form text NOT NULL,
    secret bytea NOT NULL,
    audience text NOT NULL,
    subject text,
    body text NOT NULL,
    intent text NOT NULL,
    priority bigint NOT NULL,
    created_by text NOT NULL,
    created_at bigint NOT NULL,
    received bigint NOT NULL,
    received_at bigint
);

ALTER TABLE ONLY public.webhook FORCE ROW LEVEL SECURITY;



CREATE TABLE public.workspace (
    ws bigint NOT NULL,
    name text NOT NULL,
    mode text NOT NULL,
    settings text NOT NULL,
    next_seq bigint NOT NULL,
    agent_count bigint NOT NULL,
    created_at bigint NOT NULL
);

ALTER TABLE ONLY public.workspace FORCE ROW LEVEL SECURITY;



INSERT INTO public.access_key VALUES ('CrkdK3GEBO1', 0, '\x2f8bda7e842525a23325a33fbca5bbed5730e886e152676ac13ae6bd7be7dd4d', 'operator', NULL, '["*"]', 'operator', 1796088267804, NULL, NULL);



INSERT INTO public.addressed VALUES (3997997219824267791, 3606725095221366543, 2, NULL, NULL);
INSERT INTO public.addressed VALUES (3997997219824267791, 3606725095221366543, 3, NULL, NULL);
INSERT INTO public.addressed VALUES (3997997219824267791, 4173308413371912704, 6, NULL, NULL);
INSERT INTO public.addressed VALUES (3997997219824267791, 3606725095221366543, 7, NULL, NULL);
INSERT INTO public.addressed VALUES (372320497805145732, 1855874721557881233, 2, NULL, NULL);
INSERT INTO public.addressed VALUES (372320497805145732, 1855874721557881233, 3, NULL, NULL);
INSERT INTO public.addressed VALUES (372320497805145732, 782884508826530476, 6, NULL, NULL);
INSERT INTO public.addressed VALUES (372320497805145732, 1855874721557881233, 7, NULL, NULL);






INSERT INTO public.event VALUES (3997997219824267791, 1, 'agent.registered', 1796088267819, 4173308413371912704, '{"agent":"ana"}');
INSERT INTO public.event VALUES (3997997219824267791, 4, 'agent.registered', 1796088267918, 3606725095221366543, '{"agent":"bob"}');
INSERT INTO public.event VALUES (3997997219824267791, 5, 'receipt.marked', 1796088267918, 3606725095221366543, '{"mark":"read","seqs":[2]}');
INSERT INTO public.event VALUES (3997997219824267791, 8, 'task.created', 1796088268027, 4173308413371912704, '{"task":"01a22f3404fb71c19a24487709221af6","number":1,"status":"open","assignee":"bob"}');
INSERT INTO public.event VALUES (3997997219824267791, 9, 'note.added', 1796088268123, 4173308413371912704, '{"note":"01a22f34055b7f399f7a9b76176782bf","kind":"note"}');
INSERT INTO public.event VALUES (372320497805145732, 1, 'agent.registered', 1796088268148, 782884508826530476, '{"agent":"ana"}');
INSERT INTO public.event VALUES (372320497805145732, 4, 'agent.registered', 1796088268234, 1855874721557881233, '{"agent":"bob"}');
INSERT INTO public.event VALUES (372320497805145732, 5, 'receipt.marked', 1796088268234, 1855874721557881233, '{"mark":"read","seqs":[2]}');
INSERT INTO public.event VALUES (372320497805145732, 8, 'task.created', 1796088268299, 782884508826530476, '{"task":"01a22f34060b7e7580c7c78c467befe9","number":1,"status":"open","assignee":"bob"}');
INSERT INTO public.event VALUES (372320497805145732, 9, 'note.added', 1796088268366, 782884508826530476, '{"note":"01a22f34064e7ec88a24f9fc90363e9d","kind":"note"}');






INSERT INTO public.hole VALUES (3997997219824267791, 3606725095221366543, 'read', 3);
INSERT INTO public.hole VALUES (3997997219824267791, 3606725095221366543, 'delivered', 3);
INSERT INTO public.hole VALUES (372320497805145732, 1855874721557881233, 'read', 3);
INSERT INTO public.hole VALUES (372320497805145732, 1855874721557881233, 'delivered', 3);



INSERT INTO public.idempotency VALUES (3997997219824267791, 4173308413371912704, 'k1', 2, '\x875591af664a60c07572a00a395234d78ae0c8765d865b35e0583627370808f3');
INSERT INTO public.idempotency VALUES (3997997219824267791, 3606725095221366543, 'k2', 6, '\xc6ff89004b36baf263a857fdfaf0c5339d67c090ad01bef17d359294b6b5afc0');
INSERT INTO public.idempotency VALUES (372320497805145732, 782884508826530476, 'k1', 2, '\x875591af664a60c07572a00a395234d78ae0c8765d865b35e0583627370808f3');
INSERT INTO public.idempotency VALUES (372320497805145732, 1855874721557881233, 'k2', 6, '\x18c34155228e5acd18151c6797c9fd6c38bd415329dd00b265e42e3b3d53aedc');



INSERT INTO public.message VALUES (3997997219824267791, 2, '01a22f34042b7f7592ff5ef3c62ab204', 4173308413371912704, 4173308413371912704, 'ana', NULL, 'agent', 'direct', '["bob"]', NULL, 'Is it green?', 'inform', 4, '[]', '{}', NULL, 2, '01a22f34042b7f7592ff5ef3c62ab204', NULL, NULL, 'k1', 0, 'CrkdK3GEBO1', 1796088267819);
INSERT INTO public.message VALUES (3997997219824267791, 3, '01a22f340462745ca50b04ba4b0c37d1', 4173308413371912704, 4173308413371912704, 'ana', NULL, 'agent', 'direct', '["bob"]', NULL, 'A second one.', 'inform', 3, '[]', '{}', NULL, 3, '01a22f340462745ca50b04ba4b0c37d1', NULL, NULL, NULL, 0, 'CrkdK3GEBO1', 1796088267874);
INSERT INTO public.message VALUES (3997997219824267791, 6, '01a22f3404da7238adc9ac7b6767e505', 3606725095221366543, 3606725095221366543, 'bob', NULL, 'agent', 'direct', '["ana"]', NULL, 'It is.', 'inform', 3, '[]', '{}', '01a22f34042b7f7592ff5ef3c62ab204', 2, '01a22f34042b7f7592ff5ef3c62ab204', NULL, NULL, 'k2', 1, 'CrkdK3GEBO1', 1796088267994);
INSERT INTO public.message VALUES (3997997219824267791, 7, '01a22f3404fb71c19a2448771f3ff20b', 4173308413371912704, 4173308413371912704, 'ana', NULL, 'agent', 'task_assignment', '["bob"]', 'Task 1: Paint it', 'Paint it

Priority 3', 'request', 3, '[{"kind":"task","target":"01a22f3404fb71c19a24487709221af6"}]', '{"task":{"id":"01a22f3404fb71c19a24487709221af6","number":1,"status":"open"}}', NULL, 7, '01a22f3404fb71c19a2448771f3ff20b', NULL, NULL, NULL, 0, 'CrkdK3GEBO1', 1796088268027);
INSERT INTO public.message VALUES (372320497805145732, 2, '01a22f34057474a1bc61cf864c12d196', 782884508826530476, 782884508826530476, 'ana', NULL, 'agent', 'direct', '["bob"]', NULL, 'Is it green?', 'inform', 4, '[]', '{}', NULL, 2, '01a22f34057474a1bc61cf864c12d196', NULL, NULL, 'k1', 0, 'CrkdK3GEBO1', 1796088268148);
INSERT INTO public.message VALUES (372320497805145732, 3, '01a22f34057e7e05a295324e05537390', 782884508826530476, 782884508826530476, 'ana', NULL, 'agent', 'direct', '["bob"]', NULL, 'A second one.', 'inform', 3, '[]', '{}', NULL, 3, '01a22f34057e7e05a295324e05537390', NULL, NULL, NULL, 0, 'CrkdK3GEBO1', 1796088268158);
INSERT INTO public.message VALUES (372320497805145732, 6, '01a22f3405e87abcbf3fdc69fb5a9ad9', 1855874721557881233, 1855874721557881233, 'bob', NULL, 'agent', 'direct', '["ana"]', NULL, 'It is.', 'inform', 3, '[]', '{}', '01a22f34057474a1bc61cf864c12d196', 2, '01a22f34057474a1bc61cf864c12d196', NULL, NULL, 'k2', 1, 'CrkdK3GEBO1', 1796088268264);
INSERT INTO public.message VALUES (372320497805145732, 7, '01a22f34060b7e7580c7c78d1910a34f', 782884508826530476, 782884508826530476, 'ana', NULL, 'agent', 'task_assignment', '["bob"]', 'Task 1: Paint it', 'Paint it

Priority 3', 'request', 3, '[{"kind":"task","target":"01a22f34060b7e7580c7c78c467befe9"}]', '{"task":{"id":"01a22f34060b7e7580c7c78c467befe9","number":1,"status":"open"}}', NULL, 7, '01a22f34060b7e7580c7c78d1910a34f', NULL, NULL, NULL, 0, 'CrkdK3GEBO1', 1796088268299);



INSERT INTO public.migration VALUES (1, 'spine');
INSERT INTO public.migration VALUES (2, 'walls');
INSERT INTO public.migration VALUES (3, 'search');
INSERT INTO public.migration VALUES (4, 'tasks');
INSERT INTO public.migration VALUES (5, 'sessions');
INSERT INTO public.migration VALUES (6, 'posts');
INSERT INTO public.migration VALUES (8, 'tasks_unfinished');
INSERT INTO public.migration VALUES (9, 'copies');



INSERT INTO public.note VALUES (3997997219824267791, 9, '01a22f34055b7f399f7a9b76176782bf', 'note', NULL, 'Green is #0a0.', '[]', 3, '{}', 4173308413371912704, 'ana', NULL, NULL, '\x868c473b32ef31452698c780922739ced7cb181bc9703db5fe191ba5deaa200e', 'CrkdK3GEBO1', 1796088268123);
INSERT INTO public.note VALUES (372320497805145732, 9, '01a22f34064e7ec88a24f9fc90363e9d', 'note', NULL, 'Green is #0a0.', '[]', 3, '{}', 782884508826530476, 'ana', NULL, NULL, '\x868c473b32ef31452698c780922739ced7cb181bc9703db5fe191ba5deaa200e', 'CrkdK3GEBO1', 1796088268366);






INSERT INTO public.note_words VALUES (3997997219824267791, 9, '''0a0'':3 ''green'':1 ''is'':2 ''w377bbd4a049ff20f'':4');
INSERT INTO public.note_words VALUES (372320497805145732, 9, '''0a0'':3 ''green'':1 ''is'':2 ''w52abf852645b684'':4');



INSERT INTO public.presence VALUES (3997997219824267791, 4173308413371912704, 1796088268123, 1796088268123, 180, NULL, '{}');
INSERT INTO public.presence VALUES (3997997219824267791, 3606725095221366543, 1796088267994, 1796088267994, 180, NULL, '{}');
INSERT INTO public.presence VALUES (372320497805145732, 782884508826530476, 1796088268366, 1796088268366, 180, NULL, '{}');
INSERT INTO public.presence VALUES (372320497805145732, 1855874721557881233, 1796088268264, 1796088268264, 180, NULL, '{}');



INSERT INTO public.reader VALUES (3997997219824267791, 4173308413371912704, 4173308413371912704, 'ana', NULL, 'ana', 'agent', 1, 0, 0, 0);
INSERT INTO public.reader VALUES (3997997219824267791, 3606725095221366543, 3606725095221366543, 'bob', NULL, 'bob', 'agent', 1, 3, 3, 3);
INSERT INTO public.reader VALUES (372320497805145732, 782884508826530476, 782884508826530476, 'ana', NULL, 'ana', 'agent', 1, 0, 0, 0);
INSERT INTO public.reader VALUES (372320497805145732, 1855874721557881233, 1855874721557881233, 'bob', NULL, 'bob', 'agent', 1, 3, 3, 3);



INSERT INTO public.receipt VALUES (3997997219824267791, 2, 3606725095221366543, 1796088267918, 1796088267918, NULL, NULL, '[["dr","",0,"library","ic"]]');
INSERT INTO public.receipt VALUES (372320497805145732, 2, 1855874721557881233, 1796088268234, 1796088268234, NULL, NULL, '[["dr","",0,"library","ic"]]');















INSERT INTO public.task VALUES (3997997219824267791, 1, '01a22f3404fb71c19a24487709221af6', 'Paint it', '', 'open', 3, 4173308413371912704, 'ana', 3606725095221366543, 'bob', NULL, NULL, NULL, '[]', '{"message":"01a22f3404fb71c19a2448771f3ff20b","content":"7f54bc6f7a2513cce4a1fba062f1cc3c0ff11e25cad56ffba50cc574bf36eb5a"}', 'k3', 1796088268027, 1796088268027);
INSERT INTO public.task VALUES (372320497805145732, 1, '01a22f34060b7e7580c7c78c467befe9', 'Paint it', '', 'open', 3, 782884508826530476, 'ana', 1855874721557881233, 'bob', NULL, NULL, NULL, '[]', '{"message":"01a22f34060b7e7580c7c78d1910a34f","content":"7f54bc6f7a2513cce4a1fba062f1cc3c0ff11e25cad56ffba50cc574bf36eb5a"}', 'k3', 1796088268299, 1796088268299);






INSERT INTO public.task_words VALUES (3997997219824267791, 1, '''it'':2 ''paint'':1 ''w377bbd4a049ff20f'':3');
INSERT INTO public.task_words VALUES (372320497805145732, 1, '''it'':2 ''paint'':1 ''w52abf852645b684'':3');






INSERT INTO public.workspace VALUES (3997997219824267791, 'default', 'open', '{}', 10, 2, 1796088267803);
INSERT INTO public.workspace VALUES (372320497805145732, 'shop', 'open', '{}', 10, 2, 1796088267815);



ALTER TABLE ONLY public.access_key
    ADD CONSTRAINT access_key_pkey PRIMARY KEY (id);



ALTER TABLE ONLY public.addressed
    ADD CONSTRAINT addressed_pkey PRIMARY KEY (ws, channel, seq);



ALTER TABLE ONLY public.database_copy
    ADD CONSTRAINT database_copy_pkey PRIMARY KEY (made_at);



ALTER TABLE ONLY public.event
    ADD CONSTRAINT event_pkey PRIMARY KEY (ws, seq);



ALTER TABLE ONLY public.hidden
    ADD CONSTRAINT hidden_pkey PRIMARY KEY (ws, reader, seq);



ALTER TABLE ONLY public.hole
    ADD CONSTRAINT hole_pkey PRIMARY KEY (ws, reader, mark, seq);



ALTER TABLE ONLY public.idempotency
    ADD CONSTRAINT idempotency_pkey PRIMARY KEY (ws, sender, key);



ALTER TABLE ONLY public.message
    ADD CONSTRAINT message_pkey PRIMARY KEY (ws, seq);



ALTER TABLE ONLY public.migration
    ADD CONSTRAINT migration_pkey PRIMARY KEY (number);



ALTER TABLE ONLY public.note_link
    ADD CONSTRAINT note_link_pkey PRIMARY KEY (ws, source, relation, target);



ALTER TABLE ONLY public.note
    ADD CONSTRAINT note_pkey PRIMARY KEY (ws, seq);



ALTER TABLE ONLY public.note_words
    ADD CONSTRAINT note_words_pkey PRIMARY KEY (ws, seq);



ALTER TABLE ONLY public.presence
    ADD CONSTRAINT presence_pkey PRIMARY KEY (ws, reader);



ALTER TABLE ONLY public.reader
    ADD CONSTRAINT reader_pkey PRIMARY KEY (ws, reader);



ALTER TABLE ONLY public.receipt
    ADD CONSTRAINT receipt_pkey PRIMARY KEY (ws, seq, reader);



ALTER TABLE ONLY public.schedule
    ADD CONSTRAINT schedule_pkey PRIMARY KEY (ws, id);



ALTER TABLE ONLY public.search_cursor
    ADD CONSTRAINT search_cursor_pkey PRIMARY KEY (ws);



ALTER TABLE ONLY public.search_entry
    ADD CONSTRAINT search_entry_pkey PRIMARY KEY (ws, seq);



ALTER TABLE ONLY public.session
    ADD CONSTRAINT session_pkey PRIMARY KEY (ws, seq);



ALTER TABLE ONLY public.task_need
    ADD CONSTRAINT task_need_pkey PRIMARY KEY (ws, number, needs);



ALTER TABLE ONLY public.task
    ADD CONSTRAINT task_pkey PRIMARY KEY (ws, number);



ALTER TABLE ONLY public.task_words
    ADD CONSTRAINT task_words_pkey PRIMARY KEY (ws, number);



ALTER TABLE ONLY public.webhook
    ADD CONSTRAINT webhook_pkey PRIMARY KEY (ws, id);



ALTER TABLE ONLY public.workspace
    ADD CONSTRAINT workspace_name_key UNIQUE (name);



ALTER TABLE ONLY public.workspace
    ADD CONSTRAINT workspace_pkey PRIMARY KEY (ws);



CREATE INDEX access_key_by_ws ON public.access_key USING btree (ws, id);



CREATE INDEX addressed_by_seq ON public.addressed USING btree (ws, seq);



CREATE UNIQUE INDEX message_by_id ON public.message USING btree (ws, id);



CREATE INDEX message_by_sender ON public.message USING btree (ws, sender_agent, seq);



CREATE INDEX message_by_thread ON public.message USING btree (ws, thread, seq);



CREATE INDEX note_by_author ON public.note USING btree (ws, author, seq);



CREATE INDEX note_by_content ON public.note USING btree (ws, content);



CREATE UNIQUE INDEX note_by_id ON public.note USING btree (ws, id);



CREATE INDEX note_by_kind ON public.note USING btree (ws, kind, seq);



CREATE INDEX note_link_by_target ON public.note_link USING btree (ws, target, relation);



CREATE INDEX note_words_by_word ON public.note_words USING gin (words);



CREATE INDEX reader_by_agent ON public.reader USING btree (ws, agent);



CREATE UNIQUE INDEX reader_by_name ON public.reader USING btree (ws, name, COALESCE(instance, ''::text));



CREATE INDEX reader_by_skeleton ON public.reader USING btree (ws, skeleton);



CREATE INDEX schedule_by_next ON public.schedule USING btree (next_at);



CREATE UNIQUE INDEX schedule_by_seq ON public.schedule USING btree (ws, seq);



CREATE INDEX search_entry_by_word ON public.search_entry USING gin (words);



CREATE UNIQUE INDEX session_by_digest ON public.session USING btree (ws, digest);



CREATE UNIQUE INDEX session_by_id ON public.session USING btree (ws, id);



CREATE INDEX session_by_reader ON public.session USING btree (ws, reader, seq);



CREATE INDEX session_open ON public.session USING btree (ws, last_seen) WHERE (ended_at IS NULL);



CREATE INDEX task_by_assignee ON public.task USING btree (ws, assignee, number);



CREATE UNIQUE INDEX task_by_id ON public.task USING btree (ws, id);



CREATE UNIQUE INDEX task_by_key ON public.task USING btree (ws, creator, idempotency_key);



CREATE INDEX task_unfinished ON public.task USING btree (ws, priority, number) WHERE (status <> ALL (ARRAY['done'::text, 'failed'::text, 'cancelled'::text]));



CREATE INDEX task_words_by_word ON public.task_words USING gin (words);



CREATE UNIQUE INDEX webhook_by_id ON public.webhook USING btree (id);



ALTER TABLE public.access_key ENABLE ROW LEVEL SECURITY;


CREATE POLICY across ON public.access_key USING ((current_setting('ackbox.across'::text, true) = 'on'::text));



CREATE POLICY across ON public.database_copy FOR INSERT WITH CHECK ((current_setting('ackbox.across'::text, true) = 'on'::text));



CREATE POLICY across ON public.schedule USING ((current_setting('ackbox.across'::text, true) = 'on'::text));



CREATE POLICY across ON public.webhook USING ((current_setting('ackbox.across'::text, true) = 'on'::text));



CREATE POLICY across ON public.workspace USING ((current_setting('ackbox.across'::text, true) = 'on'::text));



ALTER TABLE public.addressed ENABLE ROW LEVEL SECURITY;


ALTER TABLE public.database_copy ENABLE ROW LEVEL SECURITY;


ALTER TABLE public.event ENABLE ROW LEVEL SECURITY;


CREATE POLICY everywhere ON public.database_copy FOR SELECT USING (true);



ALTER TABLE public.hidden ENABLE ROW LEVEL SECURITY;


ALTER TABLE public.hole ENABLE ROW LEVEL SECURITY;


ALTER TABLE public.idempotency ENABLE ROW LEVEL SECURITY;


ALTER TABLE public.message ENABLE ROW LEVEL SECURITY;


ALTER TABLE public.note ENABLE ROW LEVEL SECURITY;


ALTER TABLE public.note_link ENABLE ROW LEVEL SECURITY;


ALTER TABLE public.note_words ENABLE ROW LEVEL SECURITY;


ALTER TABLE public.presence ENABLE ROW LEVEL SECURITY;


ALTER TABLE public.reader ENABLE ROW LEVEL SECURITY;


ALTER TABLE public.receipt ENABLE ROW LEVEL SECURITY;


ALTER TABLE public.schedule ENABLE ROW LEVEL SECURITY;


ALTER TABLE public.search_cursor ENABLE ROW LEVEL SECURITY;


ALTER TABLE public.search_entry ENABLE ROW LEVEL SECURITY;


ALTER TABLE public.session ENABLE ROW LEVEL SECURITY;


ALTER TABLE public.task ENABLE ROW LEVEL SECURITY;


ALTER TABLE public.task_need ENABLE ROW LEVEL SECURITY;


ALTER TABLE public.task_words ENABLE ROW LEVEL SECURITY;


ALTER TABLE public.webhook ENABLE ROW LEVEL SECURITY;


CREATE POLICY workspace ON public.access_key USING ((ws = (NULLIF(current_setting('ackbox.ws'::text, true), ''::text))::bigint));



CREATE POLICY workspace ON public.addressed USING ((ws = (NULLIF(current_setting('ackbox.ws'::text, true), ''::text))::bigint));



CREATE POLICY workspace ON public.event USING ((ws = (NULLIF(current_setting('ackbox.ws'::text, true), ''::text))::bigint));



CREATE POLICY workspace ON public.hidden USING ((ws = (NULLIF(current_setting('ackbox.ws'::text, true), ''::text))::bigint));



CREATE POLICY workspace ON public.hole USING ((ws = (NULLIF(current_setting('ackbox.ws'::text, true), ''::text))::bigint));



CREATE POLICY workspace ON public.idempotency USING ((ws = (NULLIF(current_setting('ackbox.ws'::text, true), ''::text))::bigint));



CREATE POLICY workspace ON public.message USING ((ws = (NULLIF(current_setting('ackbox.ws'::text, true), ''::text))::bigint));



CREATE POLICY workspace ON public.note USING ((ws = (NULLIF(current_setting('ackbox.ws'::text, true), ''::text))::bigint));



CREATE POLICY workspace ON public.note_link USING ((ws = (NULLIF(current_setting('ackbox.ws'::text, true), ''::text))::bigint));



CREATE POLICY workspace ON public.note_words USING ((ws = (NULLIF(current_setting('ackbox.ws'::text, true), ''::text))::bigint));



CREATE POLICY workspace ON public.presence USING ((ws = (NULLIF(current_setting('ackbox.ws'::text, true), ''::text))::bigint));



CREATE POLICY workspace ON public.reader USING ((ws = (NULLIF(current_setting('ackbox.ws'::text, true), ''::text))::bigint));



CREATE POLICY workspace ON public.receipt USING ((ws = (NULLIF(current_setting('ackbox.ws'::text, true), ''::text))::bigint));



CREATE POLICY workspace ON public.schedule USING ((ws = (NULLIF(current_setting('ackbox.ws'::text, true), ''::text))::bigint));



CREATE POLICY workspace ON public.search_cursor USING ((ws = (NULLIF(current_setting('ackbox.ws'::text, true), ''::text))::bigint));



CREATE POLICY workspace ON public.search_entry USING ((ws = (NULLIF(current_setting('ackbox.ws'::text, true), ''::text))::bigint));



CREATE POLICY workspace ON public.session USING ((ws = (NULLIF(current_setting('ackbox.ws'::text, true), ''::text))::bigint));



CREATE POLICY workspace ON public.task USING ((ws = (NULLIF(current_setting('ackbox.ws'::text, true), ''::text))::bigint));



CREATE POLICY workspace ON public.task_need USING ((ws = (NULLIF(current_setting('ackbox.ws'::text, true), ''::text))::bigint));



CREATE POLICY workspace ON public.task_words USING ((ws = (NULLIF(current_setting('ackbox.ws'::text, true), ''::text))::bigint));



CREATE POLICY workspace ON public.webhook USING ((ws = (NULLIF(current_setting('ackbox.ws'::text, true), ''::text))::bigint));



ALTER TABLE public.workspace ENABLE ROW LEVEL SECURITY;


CREATE POLICY workspace ON public.workspace USING ((ws = (NULLIF(current_setting('ackbox.ws'::text, true), ''::text))::bigint));



GRANT USAGE ON SCHEMA public TO ackbox_app;



GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.access_key TO ackbox_app;



GRANT SELECT,INSERT ON TABLE public.addressed TO ackbox_app;



GRANT SELECT,INSERT ON TABLE public.database_copy TO ackbox_app;



GRANT SELECT,INSERT ON TABLE public.event TO ackbox_app;



GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.hidden TO ackbox_app;



GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.hole TO ackbox_app;



GRANT SELECT,INSERT ON TABLE public.idempotency TO ackbox_app;



GRANT SELECT,INSERT ON TABLE public.message TO ackbox_app;



GRANT SELECT,INSERT ON TABLE public.note TO ackbox_app;



GRANT SELECT,INSERT ON TABLE public.note_link TO ackbox_app;



GRANT SELECT,INSERT ON TABLE public.note_words TO ackbox_app;



GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.presence TO ackbox_app;



GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.reader TO ackbox_app;



GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.receipt TO ackbox_app;



GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.schedule TO ackbox_app;



GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.search_cursor TO ackbox_app;



GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.search_entry TO ackbox_app;



GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.session TO ackbox_app;



GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.task TO ackbox_app;



GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.task_need TO ackbox_app;



GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.task_words TO ackbox_app;



GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.webhook TO ackbox_app;



GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.workspace TO ackbox_app;




