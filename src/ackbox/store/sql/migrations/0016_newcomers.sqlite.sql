-- Which broadcasts from before its registration a newcomer was given; a broadcast that was withdrawn is hidden for reader 0,
-- so that nobody who registers later is given it.

CREATE TABLE newcomer (
    ws     INTEGER NOT NULL,
    reader INTEGER NOT NULL,
    seq    INTEGER NOT NULL,
    PRIMARY KEY (ws, reader, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX newcomer_by_seq ON newcomer (ws, seq);

INSERT INTO hidden (ws, reader, seq)
SELECT DISTINCT a.ws, 0, a.seq FROM event e JOIN addressed a ON a.ws = e.ws AND a.channel = 0 AND a.seq = json_extract(e.subject, '$.seq')
WHERE e.kind = 'message.withdrawn';
