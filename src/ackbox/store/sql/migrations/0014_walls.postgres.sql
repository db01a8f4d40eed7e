-- Looking across workspaces is for looking: a transaction that says it goes across reads what it must find, and writes only
-- new workspaces and the keys that belong to no workspace. Everything else it writes is in the workspace that it named.

DROP POLICY across ON workspace;
DROP POLICY across ON access_key;
DROP POLICY across ON schedule;
DROP POLICY across ON webhook;

CREATE POLICY across ON workspace FOR SELECT USING (current_setting('ackbox.across', true) = 'on');
CREATE POLICY across ON access_key FOR SELECT USING (current_setting('ackbox.across', true) = 'on');
CREATE POLICY across ON schedule FOR SELECT USING (current_setting('ackbox.across', true) = 'on');
CREATE POLICY across ON webhook FOR SELECT USING (current_setting('ackbox.across', true) = 'on');

CREATE POLICY new_workspace ON workspace FOR INSERT WITH CHECK (current_setting('ackbox.across', true) = 'on');
CREATE POLICY new_server_key ON access_key FOR INSERT WITH CHECK (ws = 0 AND current_setting('ackbox.across', true) = 'on');
CREATE POLICY end_server_key ON access_key FOR UPDATE USING (ws = 0 AND current_setting('ackbox.across', true) = 'on') WITH CHECK (ws = 0);
