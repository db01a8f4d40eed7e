-- The dialect whose tools a key gets at /mcp; null for ackbox's own.
ALTER TABLE access_key ADD COLUMN dialect TEXT;
