-- The history of a selection, written by the triggers of sync.selection and chained as that of a task is.

CREATE OR REPLACE FUNCTION sync.log_new_selections() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO sync.selection_event (selection_id, seq, from_status, to_status, actor, reason, at, hash)
    SELECT selection_id, 1, NULL, status, sync.actor(), reason, at,
        sync.event_hash(NULL, batch_no, 1, NULL, status, sync.actor(), reason, at)
    FROM (
        SELECT selection_id, batch_no, status, coalesce(error_message, operation) AS reason, sync.clock_timestamp() AS at
        FROM fresh
    ) AS born;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION sync.log_new_selections IS
    'The first event of every new selection.';

CREATE OR REPLACE FUNCTION sync.log_changed_selections() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO sync.selection_event (selection_id, seq, from_status, to_status, actor, reason, at, hash)
    SELECT selection_id, seq, from_status, to_status, sync.actor(), reason, at,
        sync.event_hash(previous, batch_no, seq, from_status, to_status, sync.actor(), reason, at)
    FROM (
        SELECT now_.selection_id, now_.batch_no, was.status AS from_status, now_.status AS to_status,
            coalesce(now_.error_message, CASE WHEN was.sent_at IS DISTINCT FROM now_.sent_at THEN 'sent' END) AS reason,
            last.seq + 1 AS seq, last.hash AS previous, sync.clock_timestamp() AS at
        FROM fresh AS now_
        JOIN stale AS was USING (selection_id)
        CROSS JOIN LATERAL (
            SELECT seq, hash FROM sync.selection_event AS e WHERE e.selection_id = now_.selection_id
            ORDER BY seq DESC LIMIT 1
        ) AS last
        WHERE (was.status, was.error_code, was.error_message, was.sent_at)
            IS DISTINCT FROM (now_.status, now_.error_code, now_.error_message, now_.sent_at)
    ) AS moved;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION sync.log_changed_selections IS
    'An event for every change of status or error, and for the upload.';
