-- When the whole database was last copied, so that its age can be shown. It belongs to no workspace.

CREATE TABLE database_copy (
    made_at  BIGINT NOT NULL PRIMARY KEY,
    bytes    BIGINT NOT NULL,
    verified TEXT   NOT NULL
);

ALTER TABLE database_copy ENABLE ROW LEVEL SECURITY;
ALTER TABLE database_copy FORCE ROW LEVEL SECURITY;
-- Nothing of any workspace is in it: every server may read it, and adds to it in transactions that say so.
CREATE POLICY everywhere ON database_copy FOR SELECT USING (true);
CREATE POLICY across ON database_copy FOR INSERT WITH CHECK (current_setting('ackbox.across', true) = 'on');

DO $$
BEGIN
    IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'ackbox_app') THEN
        GRANT SELECT, INSERT ON database_copy TO ackbox_app;
    END IF;
END $$;
