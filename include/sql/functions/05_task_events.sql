-- The history of a task, written by the triggers of sync.task and chained by hashes.

CREATE OR REPLACE FUNCTION sync.event_hash(
    previous bytea, batch_no text, seq integer, from_status text, to_status text, actor text, reason text, at timestamptz
) RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT sha256(coalesce(previous, '') || convert_to(concat_ws(E'\x1f', batch_no, seq, coalesce(from_status, ''), to_status,
        actor, coalesce(reason, ''), extract(epoch FROM at)), 'UTF8'))
$$;
COMMENT ON FUNCTION sync.event_hash IS
    'The link of the chain: each event''s hash covers the one before it and everything the event says but the account (ADR 0053).';

CREATE OR REPLACE FUNCTION sync.log_new_tasks() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO sync.task_event (task_id, seq, from_status, to_status, actor, reason, at, hash)
    SELECT task_id, 1, NULL, status, sync.actor(), reason, at,
        sync.event_hash(NULL, batch_no, 1, NULL, status, sync.actor(), reason, at)
    FROM (
        SELECT task_id, batch_no, status, sync.clock_timestamp() AS at,
            coalesce(error_message, concat_ws('; ', rule, nullif(current_setting('fapiao.late', true), ''))) AS reason
        FROM fresh
    ) AS born;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION sync.log_new_tasks IS
    'The first event of every new task: its rule, and why it comes late where it does.';

CREATE OR REPLACE FUNCTION sync.log_changed_tasks() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO sync.task_event (task_id, seq, from_status, to_status, actor, reason, at, hash)
    SELECT task_id, seq, from_status, to_status, sync.actor(), reason, at,
        sync.event_hash(previous, batch_no, seq, from_status, to_status, sync.actor(), reason, at)
    FROM (
        SELECT
            now_.task_id, now_.batch_no, was.status AS from_status,
            coalesce(now_.void_state, now_.status) AS to_status,
            coalesce(now_.void_reason, now_.error_message, nullif(current_setting('fapiao.reason', true), '')) AS reason,
            last.seq + 1 AS seq, last.hash AS previous, sync.clock_timestamp() AS at
        FROM fresh AS now_
        JOIN stale AS was USING (task_id)
        CROSS JOIN LATERAL (
            SELECT seq, hash FROM sync.task_event AS e WHERE e.task_id = now_.task_id ORDER BY seq DESC LIMIT 1
        ) AS last
        WHERE (was.status, was.void_state, was.error_code, was.error_message, was.not_before_day)
            IS DISTINCT FROM (now_.status, now_.void_state, now_.error_code, now_.error_message, now_.not_before_day)
    ) AS moved;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION sync.log_changed_tasks IS
    'An event for every change of status, void state, error or day; who and why come from the session.';

CREATE OR REPLACE FUNCTION sync.log_request() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO sync.task_event (task_id, seq, from_status, to_status, actor, reason, at, hash)
    SELECT NEW.task_id, last.seq + 1, OLD.status, NEW.status, sync.actor(), said.reason, said.at,
        sync.event_hash(last.hash, NEW.batch_no, last.seq + 1, OLD.status, NEW.status, sync.actor(), said.reason, said.at)
    FROM (SELECT nullif(current_setting('fapiao.reason', true), '') AS reason, sync.clock_timestamp() AS at) AS said
    CROSS JOIN LATERAL (
        SELECT seq, hash FROM sync.task_event AS e WHERE e.task_id = NEW.task_id ORDER BY seq DESC LIMIT 1
    ) AS last;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION sync.log_request IS
    'A request that changes nothing else of what is history leaves its event here; the other trigger sees the '
    'rest.';
