-- Who acts in a session.

CREATE OR REPLACE FUNCTION sync.actor() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce(nullif(current_setting('fapiao.actor', true), ''), session_user::text)
$$;
COMMENT ON FUNCTION sync.actor IS
    'Who acts: the name that the session was given, else the user of the database.';
