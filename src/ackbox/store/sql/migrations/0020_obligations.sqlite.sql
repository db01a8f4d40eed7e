-- Replies that are expected: for each address of a message, when the server looks at it next, and which reminders there were.

CREATE TABLE obligation (
    ws       INTEGER NOT NULL,
    channel  INTEGER NOT NULL,
    seq      INTEGER NOT NULL,
    stage    INTEGER NOT NULL,
    next_at  INTEGER NOT NULL,
    reroute  INTEGER NOT NULL,
    PRIMARY KEY (ws, channel, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX obligation_by_seq ON obligation (ws, seq);
CREATE INDEX obligation_by_next ON obligation (next_at);

INSERT INTO obligation (ws, channel, seq, stage, next_at, reroute)
SELECT a.ws, a.channel, a.seq, 0, m.expects_reply_by, 0 FROM message m JOIN addressed a ON a.ws = m.ws AND a.seq = m.seq
WHERE m.expects_reply_by IS NOT NULL;
