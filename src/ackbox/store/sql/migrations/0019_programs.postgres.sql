-- Sessions of agent programs that report by a hook: whose each is, what it does now, and what it was shown.

CREATE TABLE program_session (
    ws          BIGINT NOT NULL,
    program     TEXT   NOT NULL,
    id          TEXT   NOT NULL,
    reader      BIGINT NOT NULL,
    activity    TEXT   NOT NULL,
    activity_at BIGINT NOT NULL,
    started_at  BIGINT NOT NULL,
    last_at     BIGINT NOT NULL,
    memory      TEXT   NOT NULL,
    PRIMARY KEY (ws, program, id)
);
CREATE INDEX program_session_by_age ON program_session (ws, last_at);

SELECT ackbox_wall('program_session');
