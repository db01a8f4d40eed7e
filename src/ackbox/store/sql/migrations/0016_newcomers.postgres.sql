-- Which broadcasts from before its registration a newcomer was given; a broadcast that was withdrawn is hidden for reader 0,
-- so that nobody who registers later is given it.

CREATE TABLE newcomer (
    ws     BIGINT NOT NULL,
    reader BIGINT NOT NULL,
    seq    BIGINT NOT NULL,
    PRIMARY KEY (ws, reader, seq)
);
CREATE INDEX newcomer_by_seq ON newcomer (ws, seq);

SELECT ackbox_wall('newcomer');

DO $$
BEGIN
    IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'ackbox_app') THEN
        REVOKE UPDATE ON newcomer FROM ackbox_app;
    END IF;
END $$;

-- The walls hold for the owner too; this reads and writes every workspace, and nothing else.
ALTER TABLE event NO FORCE ROW LEVEL SECURITY;
ALTER TABLE addressed NO FORCE ROW LEVEL SECURITY;
ALTER TABLE hidden NO FORCE ROW LEVEL SECURITY;
INSERT INTO hidden (ws, reader, seq)
SELECT DISTINCT a.ws, 0, a.seq FROM event e JOIN addressed a
    ON a.ws = e.ws AND a.channel = 0 AND a.seq = CAST(CAST(e.subject AS jsonb) ->> 'seq' AS BIGINT)
WHERE e.kind = 'message.withdrawn';
ALTER TABLE event FORCE ROW LEVEL SECURITY;
ALTER TABLE addressed FORCE ROW LEVEL SECURITY;
ALTER TABLE hidden FORCE ROW LEVEL SECURITY;
