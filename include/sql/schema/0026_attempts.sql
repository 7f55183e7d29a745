-- 历史发票数据同步: a retry that waits, or comes to nothing, hides nothing of what the attempts before it did.

-- The rows that count, each with the counts of its latest attempt that came to a result: neither a retry that is not
-- at its end nor one that failed as a whole takes away what is in the pool. Without any result they are the row's own.
CREATE OR REPLACE VIEW sync.history_row AS
SELECT k.history_batch_no, k.task_id, k.batch_no, k.job, k.direction, k.invoice_type, k.window_start, k.window_end, k.status,
    k.void_state, counted.downloaded_count, counted.succeeded_count, counted.failed_count, k.not_before_day, k.error_code,
    k.error_message, k.advice, k.finished_at, date_trunc('month', k.window_start)::date AS issue_month,
    (k.applied_at IS NOT NULL OR counted.succeeded_count > 0) AS is_started,
    CASE
        WHEN k.void_state IS NOT NULL THEN 'failed'
        WHEN k.status = 'incomplete' THEN 'partial'  -- nobody works on it
        WHEN k.finished_at IS NULL THEN CASE
            WHEN k.status = 'pending' THEN 'waiting'
            WHEN k.job = 'bureau_file' AND k.status = 'downloading' THEN 'preparing'  -- 数据预处理中 is a file's alone (R245)
            ELSE 'running'
        END
        WHEN counted.failed_count > 0 AND counted.succeeded_count = 0 THEN 'failed'
        WHEN k.status IN ('apply_failed', 'download_failed') THEN
            CASE WHEN counted.succeeded_count > 0 THEN 'partial' ELSE 'failed' END
        WHEN counted.failed_count > 0 OR k.status NOT IN ('succeeded', 'no_data') THEN 'partial'
        ELSE 'succeeded'
    END AS phase,
    counted.task_id AS counted_task_id
FROM sync.task AS k
CROSS JOIN LATERAL (
    WITH RECURSIVE attempt AS (
        SELECT k.task_id, k.retry_of, k.downloaded_count, k.succeeded_count, k.failed_count, 0 AS back,
            k.retry_of IS NULL OR k.void_state IS NOT NULL  -- beside a stopped retry the row it repeats counts itself
                OR k.status IN ('succeeded', 'no_data', 'incomplete', 'headers_only') AS has_result
        UNION ALL
        SELECT o.task_id, o.retry_of, o.downloaded_count, o.succeeded_count, o.failed_count, a.back + 1,
            o.void_state IS NULL AND o.status IN ('succeeded', 'no_data', 'incomplete', 'headers_only')
        FROM attempt AS a
        JOIN sync.task AS o ON o.task_id = a.retry_of
        WHERE NOT a.has_result
    )
    SELECT task_id, downloaded_count, succeeded_count, failed_count
    FROM attempt
    ORDER BY has_result DESC, back
    LIMIT 1
) AS counted
WHERE k.history_batch_no IS NOT NULL
    AND NOT EXISTS (SELECT FROM sync.task AS r WHERE r.retry_of = k.task_id AND r.void_state IS NULL);
