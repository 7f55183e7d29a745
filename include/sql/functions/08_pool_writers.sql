-- Who writes documents: our own writers lock the company and log their changes, a person's statement is logged for him.

CREATE OR REPLACE FUNCTION pool.lock_owner(direction text, taxpayer_no text) RETURNS void LANGUAGE sql VOLATILE AS $$
    SELECT set_config('fapiao.logs_its_changes', 'on', true);
    SELECT pg_advisory_xact_lock(hashtextextended('pool.document ' || direction || ' ' || taxpayer_no, 0))
$$;
COMMENT ON FUNCTION pool.lock_owner IS
    'Whoever writes documents of a company takes this lock first and holds it to the end of the transaction; '
    'such a writer logs its changes itself.';

-- The one place that asks Postgres for the time itself: a person's session could set `fapiao.now`, and this is evidence about it.
CREATE OR REPLACE FUNCTION pool.log_direct_edit() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    before jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
    after jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
    whose jsonb := coalesce(before, after);
    place text := CASE WHEN TG_TABLE_NAME = 'line' THEN 'line ' || (whose ->> 'line_no') || ' ' ELSE '' END;
BEGIN
    INSERT INTO pool.change (
        direction, taxpayer_no, document_key, column_name, old_value, new_value, batch_no, channel, observed_at, changed_at)
    SELECT whose ->> 'direction', whose ->> 'taxpayer_no', whose ->> 'document_key', place || c.name, c.old_value, c.new_value,
        'direct edit by ' || session_user, '', now(), clock_timestamp()
    FROM (
        SELECT '*' AS name, before::text AS old_value, after::text AS new_value WHERE TG_OP <> 'UPDATE'
        UNION ALL
        SELECT name, before ->> name, after ->> name FROM jsonb_object_keys(before) AS name WHERE TG_OP = 'UPDATE'
    ) AS c
    WHERE c.old_value IS DISTINCT FROM c.new_value;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION pool.log_direct_edit IS
    'One row per changed column of a direct edit, under the name of the database user; a whole row that came '
    'or went is column ''*''. A line''s columns are ''line 3 amount''. The rights are the owner''s: who may '
    'edit the pool need not be let into its log.';
