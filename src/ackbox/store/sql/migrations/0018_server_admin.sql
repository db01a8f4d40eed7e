-- The role that administers the server, not a running copy of an agent, which "instance" means.
UPDATE access_key SET role = 'server-admin' WHERE role = 'instance-admin';
