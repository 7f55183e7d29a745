"""Invariants of the queues: every row is somewhere, nothing is held by the dead, and nobody writes what is not his."""

from invariants import in_sql

_OPEN_TASK = "k.status IN ('pending', 'downloading', 'downloaded') AND k.void_state IS NULL"
_BEHIND = "EXISTS (SELECT FROM sync.login_request AS r WHERE r.login_request_id = {0}.login_request_id AND r.answered_at IS NULL)"
_TODAY = "(sync.now() AT TIME ZONE 'Asia/Shanghai')::date"

in_sql(
    "tasks_are_somewhere",
    "an open task is behind an open login, set aside with a sentence, or waits for an instant to come for a reason",
    f"""
    SELECT k.batch_no, k.job, k.channel, k.status, k.error_code, k.error_message, k.not_before, k.not_before_day,
        k.login_request_id, k.attempts, k.polls, k.claim_no, k.broke_workers
    FROM sync.task AS k
    WHERE {_OPEN_TASK} AND NOT {_BEHIND.format("k")}
        AND NOT coalesce(k.not_before = 'infinity' AND k.error_message IS NOT NULL, false)
        AND NOT coalesce((k.not_before > sync.now() OR k.not_before_day > {_TODAY})
            AND (k.error_message IS NOT NULL OR k.polls > 0 OR k.status = 'downloading'), false)
    """,
)
in_sql(
    "tasks_at_rest_say_what_is_missing",
    "a task at rest (incomplete, headers_only) says what is missing or why",
    """
    SELECT batch_no, job, status FROM sync.task
    WHERE status IN ('incomplete', 'headers_only') AND void_state IS NULL AND missing = '[]' AND error_message IS NULL
        AND NOT EXISTS (SELECT FROM sync.awaited_lines AS a WHERE a.task_id = task.task_id)
    """,
)
in_sql(
    "selections_are_somewhere",
    "an open selection is behind an open login or waits for an instant to come",
    f"""
    SELECT s.batch_no, s.status, s.error_code, s.error_message, s.not_before, s.login_request_id FROM sync.selection AS s
    WHERE s.status IN ('unprocessed', 'processing') AND NOT {_BEHIND.format("s")}
        AND NOT coalesce(s.not_before > sync.now(), false)
    """,
)
in_sql(
    "verifications_are_somewhere",
    "an open verification waits for an instant or a day to come, for a reason",
    f"""
    SELECT batch_no, state, result_code, result_text, not_before, not_before_day FROM sync.verification
    WHERE state IN ('waiting', 'limit')
        AND NOT coalesce(not_before = 'infinity' AND result_text IS NOT NULL, false)
        AND NOT coalesce((not_before > sync.now() OR not_before_day > {_TODAY}) AND result_text IS NOT NULL, false)
    """,
)
in_sql(
    "nobody_is_behind_an_answered_login",
    "no open row waits behind a login request that was answered",
    """
    SELECT k.batch_no, r.login_request_id, r.answered_at, r.answered_by
    FROM sync.login_request AS r
    JOIN (
        SELECT batch_no, login_request_id FROM sync.task WHERE finished_at IS NULL AND void_state IS NULL
        UNION ALL SELECT batch_no, login_request_id FROM sync.selection WHERE finished_at IS NULL
    ) AS k USING (login_request_id)
    WHERE r.answered_at IS NOT NULL
    """,
)
in_sql(
    "no_lease_is_left",
    "no row holds a lease when nobody works",
    """
    SELECT 'task' AS queue, batch_no, status, claimed_by, lease_until FROM sync.task WHERE lease_until IS NOT NULL
    UNION ALL SELECT 'selection', batch_no, status, claimed_by, lease_until FROM sync.selection
        WHERE lease_until IS NOT NULL
    UNION ALL SELECT 'verification', batch_no, state, claimed_by, lease_until FROM sync.verification
        WHERE lease_until IS NOT NULL
    """,
)
in_sql(
    "counts_add_up",
    "what was downloaded is what was inserted, updated, unchanged, ignored or failed",
    """
    SELECT batch_no, downloaded_count, inserted_count, updated_count, unchanged_count, ignored_count, failed_count
    FROM sync.task
    WHERE downloaded_count <> inserted_count + updated_count + unchanged_count + ignored_count + failed_count
    """,
)
in_sql(
    "failures_say_why",
    "a row that failed has a code and a sentence, and nothing failed inside our own code",
    """
    SELECT batch_no, job, status, error_code, error_message FROM sync.task
    WHERE status IN ('apply_failed', 'download_failed')
        AND (coalesce(error_code, '') = '' OR coalesce(error_message, '') = '' OR error_code = 'INTERNAL')
    UNION ALL SELECT batch_no, operation, status, error_code, error_message FROM sync.selection
    WHERE status = 'failed' AND (coalesce(error_message, '') = '' OR error_code = 'INTERNAL')
    UNION ALL SELECT batch_no, reason, state, result_code, result_text FROM sync.verification
    WHERE state = 'failed' AND (coalesce(result_text, '') = '' OR result_code = 'INTERNAL')
    """,
)
in_sql(
    "replies_are_kept",
    "whatever was downloaded is kept as it came: the reply of a download, the file of an import",
    """
    SELECT k.batch_no, k.job, k.status, k.downloaded_count FROM sync.task AS k
    WHERE k.downloaded_count > 0 AND CASE WHEN k.job = 'bureau_file'
        THEN NOT EXISTS (SELECT FROM sync.import_file AS f WHERE f.task_id = k.task_id)
        ELSE NOT EXISTS (SELECT FROM sync.reply AS r WHERE r.task_id = k.task_id) END
    """,
)
in_sql(
    "nothing_after_a_void",
    "a worker whose row was voided writes nothing more: no event, no reply, no end",
    """
    SELECT k.batch_no, v.at AS void_event, k.finished_at, e.seq, e.from_status, e.to_status, e.actor, r.received_at
    FROM sync.task AS k
    JOIN sync.task_event AS v ON v.task_id = k.task_id AND v.to_status = k.void_state
    LEFT JOIN sync.task_event AS e ON e.task_id = k.task_id AND e.seq > v.seq
    LEFT JOIN sync.reply AS r ON r.task_id = k.task_id AND r.received_at > v.at + interval '6 seconds'
    WHERE e.task_id IS NOT NULL OR r.task_id IS NOT NULL OR k.finished_at > v.at + interval '6 seconds'
    """,
)
in_sql(
    "events_are_chained",
    "every event fits the hash of the one before it, of tasks and selections alike",
    """
    SELECT k.batch_no, e.seq FROM sync.task_event AS e JOIN sync.task AS k USING (task_id)
    LEFT JOIN sync.task_event AS b ON b.task_id = e.task_id AND b.seq = e.seq - 1
    WHERE e.hash IS DISTINCT FROM
        sync.event_hash(b.hash, k.batch_no, e.seq, e.from_status, e.to_status, e.actor, e.reason, e.at)
    UNION ALL SELECT s.batch_no, e.seq FROM sync.selection_event AS e JOIN sync.selection AS s USING (selection_id)
    LEFT JOIN sync.selection_event AS b ON b.selection_id = e.selection_id AND b.seq = e.seq - 1
    WHERE e.hash IS DISTINCT FROM
        sync.event_hash(b.hash, s.batch_no, e.seq, e.from_status, e.to_status, e.actor, e.reason, e.at)
    """,
)
in_sql(
    "final_rows_say_their_end",
    "the last event of a row says the status that the row has",
    """
    SELECT k.batch_no, k.status, e.to_status FROM sync.task AS k
    JOIN LATERAL (SELECT to_status FROM sync.task_event AS e WHERE e.task_id = k.task_id ORDER BY seq DESC LIMIT 1) AS e ON true
    WHERE k.void_state IS NULL AND e.to_status <> k.status
    """,
)
in_sql(
    "five_verifications_a_day",
    "no document is verified more than five times a day",
    """
    SELECT document_key, day, count(*) FROM sync.verification_call WHERE counted
    GROUP BY document_key, day HAVING count(*) > 5
    """,
)
