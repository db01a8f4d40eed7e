-- What a start looks for in all workspaces at once: those that are not indexed, and names without their fold.

CREATE INDEX reader_unfolded ON reader (ws) WHERE folded IS NULL AND instance IS NULL;

CREATE POLICY across ON search_cursor FOR SELECT USING (current_setting('ackbox.across', true) = 'on');
-- Only the rows that the start brings up to date: none, as a rule.
CREATE POLICY across ON reader FOR SELECT USING (current_setting('ackbox.across', true) = 'on' AND folded IS NULL);
