-- What a start looks for in all workspaces at once: those that are not indexed, and names without their fold.

CREATE INDEX reader_unfolded ON reader (ws) WHERE folded IS NULL AND instance IS NULL;
