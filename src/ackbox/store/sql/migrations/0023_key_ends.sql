-- Which keys ended of late is asked twice a second: without a look through all of them.

CREATE INDEX access_key_by_end ON access_key (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX access_key_by_revocation ON access_key (revoked_at) WHERE revoked_at IS NOT NULL;
