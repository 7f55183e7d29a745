-- Beside what a session says of itself (who acts, which account, what time it is) stands what Postgres knows of it: the role that logged
-- in, from which address, and the time of the server. Nobody sets these: triggers fill them, and nobody writes the tables by hand.

ALTER TABLE enterprise.change ADD COLUMN session_role text, ADD COLUMN client_address text, ADD COLUMN server_time timestamptz;

-- Its hash covers the three from now on; that of an older change, which has none of them, stays what it was.
DROP FUNCTION IF EXISTS enterprise.change_hash(bytea, bigint, text, text, jsonb, jsonb, text, text, timestamptz);

ALTER TABLE sync.task_event ADD COLUMN session_role text;
ALTER TABLE sync.task_event ALTER COLUMN session_role SET DEFAULT session_user;
ALTER TABLE sync.selection_event ADD COLUMN session_role text;
ALTER TABLE sync.selection_event ALTER COLUMN session_role SET DEFAULT session_user;
