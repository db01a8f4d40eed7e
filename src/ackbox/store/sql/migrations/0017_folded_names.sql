-- Names that differ in case alone are one name: an agent's name without its case and width, and a look-alike of it. What was registered
-- before is filled in when the server starts.

ALTER TABLE reader ADD COLUMN folded TEXT;
CREATE INDEX reader_by_fold ON reader (ws, folded);
