-- Replies that are expected: for each address of a message, when the server looks at it next, and which reminders there were.

CREATE TABLE obligation (
    ws       BIGINT NOT NULL,
    channel  BIGINT NOT NULL,
    seq      BIGINT NOT NULL,
    stage    BIGINT NOT NULL,
    next_at  BIGINT NOT NULL,
    reroute  BIGINT NOT NULL,
    PRIMARY KEY (ws, channel, seq)
);
CREATE INDEX obligation_by_seq ON obligation (ws, seq);
CREATE INDEX obligation_by_next ON obligation (next_at);

SELECT ackbox_wall('obligation');
CREATE POLICY across ON obligation FOR SELECT USING (current_setting('ackbox.across', true) = 'on');

-- The walls hold for the owner too; this reads every workspace, and nothing else.
ALTER TABLE message NO FORCE ROW LEVEL SECURITY;
ALTER TABLE addressed NO FORCE ROW LEVEL SECURITY;
ALTER TABLE obligation NO FORCE ROW LEVEL SECURITY;
INSERT INTO obligation (ws, channel, seq, stage, next_at, reroute)
SELECT a.ws, a.channel, a.seq, 0, m.expects_reply_by, 0 FROM message m JOIN addressed a ON a.ws = m.ws AND a.seq = m.seq
WHERE m.expects_reply_by IS NOT NULL;
ALTER TABLE message FORCE ROW LEVEL SECURITY;
ALTER TABLE addressed FORCE ROW LEVEL SECURITY;
ALTER TABLE obligation FORCE ROW LEVEL SECURITY;
