-- When the whole database was last copied, so that its age can be shown. It belongs to no workspace.

CREATE TABLE database_copy (
    made_at  INTEGER NOT NULL PRIMARY KEY,
    bytes    INTEGER NOT NULL,
    verified TEXT    NOT NULL
) STRICT;
