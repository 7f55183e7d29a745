-- name: settings
-- A session speaks the time of Shanghai, its events carry who acts in it, and neither it nor what it waits for is without end
-- (ADR 0043).
SELECT set_config('timezone', 'Asia/Shanghai', false), set_config('fapiao.actor', %(actor)s, false),
    set_config('fapiao.account', %(account)s, false),
    set_config('application_name', %(name)s, false),
    set_config('idle_in_transaction_session_timeout', %(silent)s || 's', false),
    set_config('lock_timeout', %(lock)s || 's', false), set_config('statement_timeout', %(statement)s || 's', false),
    set_config('transaction_timeout', %(transaction)s || 's', false),
    set_config('tcp_user_timeout', %(silent)s || 's', false), set_config('tcp_keepalives_idle', %(keepalives_idle)s::text, false),
    set_config('tcp_keepalives_interval', %(keepalives_interval)s::text, false),
    set_config('tcp_keepalives_count', %(keepalives_count)s::text, false),
    set_config('client_connection_check_interval', %(keepalives_interval)s || 's', false);

-- name: only_read
-- Whoever looks changes nothing, by mistake neither.
SELECT set_config('default_transaction_read_only', 'on', false);

-- name: silent
-- Sessions of ours that have waited for their client for too long in the middle of a statement, as in a copy, and how far a
-- copy is: no timeout of the server reaches those.
SELECT a.pid, a.query_start, p.bytes_processed
FROM pg_stat_activity AS a
LEFT JOIN pg_stat_progress_copy AS p USING (pid)
WHERE a.datname = current_database() AND a.usename = current_user AND a.pid <> pg_backend_pid()
    AND a.application_name LIKE 'fapiao%%' AND a.state = 'active' AND a.wait_event IN ('ClientRead', 'ClientWrite')
    AND a.backend_xid IS NOT NULL AND a.query_start < clock_timestamp() - %(silent)s * interval '1 second';

-- name: look_afresh
-- What other sessions do is remembered to the end of a transaction.
SELECT pg_stat_clear_snapshot();

-- name: end_session
-- Ends a session that is still at the statement it began then.
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = %(pid)s AND query_start = %(query_start)s;

-- name: holders
-- Who has held a transaction with changes, or an advisory lock, for as long as somebody waited: name, process, since when.
SELECT application_name, pid, to_char(since AT TIME ZONE 'Asia/Shanghai', 'HH24:MI:SS')
FROM (
    SELECT a.application_name, a.pid, coalesce(a.xact_start, a.state_change) AS since
    FROM pg_stat_activity AS a
    WHERE a.datname = current_database() AND a.pid <> pg_backend_pid()
        AND (a.backend_xid IS NOT NULL OR EXISTS (
            SELECT FROM pg_locks AS l WHERE l.pid = a.pid AND l.locktype = 'advisory' AND l.granted))
) AS holder
WHERE since <= clock_timestamp() - %(waited)s * interval '1 second'
ORDER BY since
LIMIT 3;

-- name: wait_no_longer
-- What this transaction waits for a lock.
SELECT set_config('lock_timeout', %(seconds)s || 's', true);

-- name: quiet_end
-- A session that holds a lock between its transactions ends where its client is silent; 0: it does not.
SELECT set_config('idle_session_timeout', %(seconds)s || 's', false);

-- name: zone
-- What is read as text is read in the time of Shanghai, whoever opened the session.
SELECT set_config('timezone', 'Asia/Shanghai', false);

-- name: actor
-- Who acts in this transaction.
SELECT set_config('fapiao.actor', %(actor)s, true);

-- name: reason
-- Why rows change in this transaction.
SELECT set_config('fapiao.reason', %(reason)s, true);
