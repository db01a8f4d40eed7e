-- One schema for both engines. {strict} and {narrow} are filled in by the engine: SQLite's STRICT and
-- WITHOUT ROWID, nothing on PostgreSQL; {int} is INTEGER or BIGINT, {blob} BLOB or BYTEA.

CREATE TABLE workspace (
    ws          {int} NOT NULL PRIMARY KEY,
    name        TEXT   NOT NULL UNIQUE,
    mode        TEXT   NOT NULL,
    settings    TEXT   NOT NULL,
    next_seq    {int} NOT NULL,
    agent_count {int} NOT NULL,
    created_at  {int} NOT NULL
) {strict};

CREATE TABLE reader (
    ws             {int} NOT NULL,
    reader         {int} NOT NULL,
    agent          {int} NOT NULL,
    name           TEXT   NOT NULL,
    instance       TEXT,
    skeleton       TEXT   NOT NULL,
    kind           TEXT   NOT NULL,
    seen           {int} NOT NULL,
    registered_seq {int} NOT NULL,
    read_floor     {int} NOT NULL,
    delivered_floor {int} NOT NULL,
    PRIMARY KEY (ws, reader)
) {strict};
CREATE UNIQUE INDEX reader_by_name ON reader (ws, name, (COALESCE(instance, '')));
CREATE INDEX reader_by_agent ON reader (ws, agent);
CREATE INDEX reader_by_skeleton ON reader (ws, skeleton);

CREATE TABLE presence (
    ws         {int} NOT NULL,
    reader     {int} NOT NULL,
    started_at {int} NOT NULL,
    last_seen  {int} NOT NULL,
    ttl_s      {int} NOT NULL,
    left_at    {int},
    card       TEXT   NOT NULL,
    PRIMARY KEY (ws, reader)
) {narrow};

CREATE TABLE message (
    ws              {int} NOT NULL,
    seq             {int} NOT NULL,
    id              TEXT   NOT NULL,
    sender          {int} NOT NULL,
    sender_agent    {int} NOT NULL,
    sender_name     TEXT   NOT NULL,
    sender_instance TEXT,
    sender_kind     TEXT   NOT NULL,
    type            TEXT   NOT NULL,
    audience        TEXT   NOT NULL,
    subject         TEXT,
    body            TEXT   NOT NULL,
    intent          TEXT   NOT NULL,
    priority        {int} NOT NULL,
    refs            TEXT   NOT NULL,
    metadata        TEXT   NOT NULL,
    parent          TEXT,
    thread          {int} NOT NULL,
    thread_id       TEXT   NOT NULL,
    expects_reply_by {int},
    expires_at      {int},
    idempotency_key TEXT,
    hops            {int} NOT NULL,
    acting_key      TEXT,
    created_at      {int} NOT NULL,
    PRIMARY KEY (ws, seq)
) {strict};
CREATE UNIQUE INDEX message_by_id ON message (ws, id);
CREATE INDEX message_by_sender ON message (ws, sender_agent, seq);
CREATE INDEX message_by_thread ON message (ws, thread, seq);

-- left_out: the agent whom channel 0 does not reach, its sender; with expires_at here, counting post reads no message.
CREATE TABLE addressed (
    ws         {int} NOT NULL,
    channel    {int} NOT NULL,
    seq        {int} NOT NULL,
    left_out   {int},
    expires_at {int},
    PRIMARY KEY (ws, channel, seq)
) {narrow};
CREATE INDEX addressed_by_seq ON addressed (ws, seq);

CREATE TABLE receipt (
    ws           {int} NOT NULL,
    seq          {int} NOT NULL,
    reader       {int} NOT NULL,
    delivered_at {int},
    read_at      {int},
    acknowledged_at {int},
    archived_at  {int},
    evidence     TEXT NOT NULL,
    PRIMARY KEY (ws, seq, reader)
) {narrow};

CREATE TABLE hole (
    ws     {int} NOT NULL,
    reader {int} NOT NULL,
    mark   TEXT   NOT NULL,
    seq    {int} NOT NULL,
    PRIMARY KEY (ws, reader, mark, seq)
) {narrow};

CREATE TABLE hidden (
    ws     {int} NOT NULL,
    reader {int} NOT NULL,
    seq    {int} NOT NULL,
    PRIMARY KEY (ws, reader, seq)
) {narrow};

CREATE TABLE idempotency (
    ws      {int} NOT NULL,
    sender  {int} NOT NULL,
    key     TEXT   NOT NULL,
    seq     {int} NOT NULL,
    content {blob} NOT NULL,
    PRIMARY KEY (ws, sender, key)
) {narrow};

CREATE TABLE event (
    ws      {int} NOT NULL,
    seq     {int} NOT NULL,
    kind    TEXT   NOT NULL,
    at      {int} NOT NULL,
    reader  {int} NOT NULL,
    subject TEXT   NOT NULL,
    PRIMARY KEY (ws, seq)
) {narrow};

CREATE TABLE access_key (
    id            TEXT   NOT NULL PRIMARY KEY,
    ws            {int} NOT NULL,
    digest        {blob} NOT NULL,
    role          TEXT   NOT NULL,
    agent         TEXT,
    may_speak_as  TEXT   NOT NULL,
    label         TEXT   NOT NULL,
    created_at    {int} NOT NULL,
    expires_at    {int},
    revoked_at    {int}
) {strict};
CREATE INDEX access_key_by_ws ON access_key (ws, id);
