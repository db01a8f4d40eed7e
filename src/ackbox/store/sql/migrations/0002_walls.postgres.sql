-- The second wall: a row is there only for a transaction that named its workspace.
-- The serving role owns nothing, and may not change or delete what is written once.

CREATE FUNCTION ackbox_wall(walled regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', walled);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', walled);
    EXECUTE format('CREATE POLICY workspace ON %s USING (ws = NULLIF(current_setting(''ackbox.ws'', true), '''')::bigint)', walled);
    IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'ackbox_app') THEN
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO ackbox_app', walled);
    END IF;
END $$;

-- A superuser passes every policy, so it serves as another role. Who may not make roles is no superuser and needs none.
DO $$
BEGIN
    IF (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user) THEN
        BEGIN
            CREATE ROLE ackbox_app NOLOGIN;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;
        END;
        EXECUTE format('GRANT ackbox_app TO %I', current_user);
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO ackbox_app', current_schema());
    END IF;
END $$;

SELECT ackbox_wall(walled::regclass) FROM unnest(ARRAY['workspace', 'reader', 'presence', 'message', 'addressed', 'receipt',
    'hole', 'hidden', 'idempotency', 'event', 'access_key']) AS walled;

-- A workspace is found by its name and a caller by its key: these two may be asked across workspaces, by transactions that say so.
CREATE POLICY across ON workspace USING (current_setting('ackbox.across', true) = 'on');
CREATE POLICY across ON access_key USING (current_setting('ackbox.across', true) = 'on');

DO $$
BEGIN
    IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'ackbox_app') THEN
        REVOKE UPDATE, DELETE ON message, addressed, idempotency, event FROM ackbox_app;
    END IF;
END $$;
