-- 历史发票数据同步: the import tasks, their subtasks, and the rows that count (S3).

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
COMMENT ON VIEW sync.history_row IS
    'The rows that count, each with the counts of its latest attempt that came to a result: neither a retry '
    'that is not at its end nor one that failed as a whole takes away what is in the pool. Without any result '
    'they are the row''s own.';

CREATE OR REPLACE VIEW fapiao.history_subtask AS
SELECT s.*, coalesce(l.label, s.status) AS status_label
FROM (
    SELECT r.history_batch_no, r.issue_month, min(r.window_start) AS window_start, max(r.window_end) AS window_end,
        fapiao.history_status(array_agg(r.phase), bool_or(r.is_started)) AS status,
        count(*)::integer AS tasks,
        count(*) FILTER (WHERE r.phase IN ('waiting', 'preparing', 'running'))::integer AS open,
        count(*) FILTER (WHERE r.phase = 'succeeded')::integer AS succeeded,
        count(*) FILTER (WHERE r.phase = 'failed' AND r.void_state IS NULL)::integer AS failed,
        count(r.void_state)::integer AS terminated, sum(r.downloaded_count)::bigint AS total_count,
        sum(r.succeeded_count)::bigint AS succeeded_count,
        min(r.not_before_day) FILTER (WHERE r.phase = 'waiting') AS next_day,
        count(*) FILTER (WHERE r.phase = 'partial')::integer AS partial, sum(r.failed_count)::bigint AS failed_count
    FROM sync.history_row AS r
    GROUP BY r.history_batch_no, r.issue_month
) AS s
LEFT JOIN sync.code_label AS l ON l.kind = 'history_status' AND l.code = s.status;
COMMENT ON VIEW fapiao.history_subtask IS
    '导入详情: the subtasks of an import task, one a month; of a file one, whatever months it holds.';

CREATE OR REPLACE VIEW fapiao.history_task AS
SELECT b.batch_no, b.taxpayer_no, b.taxpayer_name, b.data_type, coalesce(data_type.label, b.data_type) AS data_type_label,
    s.directions, b.invoice_types, s.status, coalesce(status.label, s.status) AS status_label, b.method,
    coalesce(method.label, b.method) AS method_label, b.channel, s.total_count, s.succeeded_count, s.subtasks, b.created_by,
    b.created_at, b.org_code, o.org_name, b.parent_batch_no, coalesce(channel.label, b.channel) AS channel_label,
    b.first_month, b.last_month, s.open, s.succeeded, s.partial, s.failed, s.terminated, s.failed_count, s.next_day,
    s.finished_at
FROM sync.history_batch AS b
CROSS JOIN LATERAL (
    SELECT fapiao.history_status(coalesce(array_agg(r.phase), '{}'), coalesce(bool_or(r.is_started), false)) AS status,
        array_agg(DISTINCT r.direction) AS directions, count(*)::integer AS subtasks,
        count(*) FILTER (WHERE r.phase IN ('waiting', 'preparing', 'running'))::integer AS open,
        count(*) FILTER (WHERE r.phase = 'succeeded')::integer AS succeeded,
        count(*) FILTER (WHERE r.phase = 'partial')::integer AS partial,
        count(*) FILTER (WHERE r.phase = 'failed' AND r.void_state IS NULL)::integer AS failed,
        count(r.void_state)::integer AS terminated, coalesce(sum(r.downloaded_count), 0)::bigint AS total_count,
        coalesce(sum(r.succeeded_count), 0)::bigint AS succeeded_count,
        coalesce(sum(r.failed_count), 0)::bigint AS failed_count,
        min(r.not_before_day) FILTER (WHERE r.phase = 'waiting') AS next_day, max(r.finished_at) AS finished_at
    FROM sync.history_row AS r
    WHERE r.history_batch_no = b.batch_no
) AS s
LEFT JOIN enterprise.organisation AS o USING (org_code)
LEFT JOIN sync.code_label AS status ON status.kind = 'history_status' AND status.code = s.status
LEFT JOIN sync.code_label AS method ON method.kind = 'history_method' AND method.code = b.method
LEFT JOIN sync.code_label AS channel ON channel.kind = 'history_channel' AND channel.code = b.channel
LEFT JOIN sync.code_label AS data_type ON data_type.kind = 'history_data_type' AND data_type.code = b.data_type;
COMMENT ON VIEW fapiao.history_task IS
    '历史发票数据同步: one row per import task, with the words of the manual''s list (S3 §3.1).';

CREATE OR REPLACE VIEW fapiao.history_batch AS
SELECT batch_no, parent_batch_no, taxpayer_no, taxpayer_name, invoice_types, status, status_label, method, method_label,
    channel, channel_label, data_type, data_type_label, total_count, succeeded_count, created_by, created_at, org_code,
    org_name, first_month, last_month, subtasks AS tasks, open, succeeded, failed, terminated, next_day, finished_at
FROM fapiao.history_task;
COMMENT ON VIEW fapiao.history_batch IS
    'The same list under the name and the columns that it had for downloads alone.';
