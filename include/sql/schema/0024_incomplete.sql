-- 进销项数据不全 and 已下载表头: rows that are neither final nor worked on, and what they wait for.
-- The statuses of 0002_sync.sql move so as well:
--   pending -> succeeded (there is nothing to ask)
--   downloaded -> incomplete (more was announced than came) | headers_only (what was captured first waits for its lines)

-- Documents that a header collection captured first and that still wait for their lines (A-08).
CREATE TABLE sync.awaited_lines (
    direction text NOT NULL,
    taxpayer_no text NOT NULL,
    document_key text NOT NULL,
    task_id bigint NOT NULL REFERENCES sync.task,
    PRIMARY KEY (taxpayer_no, direction, document_key, task_id)
);
CREATE INDEX awaited_lines_of_task ON sync.awaited_lines (task_id);

-- What had nothing to ask the bureau about succeeds without a call, and says so; 没有数据 is the bureau's word alone.
ALTER TABLE sync.task DROP CONSTRAINT accepted_has_its_number;
ALTER TABLE sync.task ADD CONSTRAINT accepted_has_its_number CHECK (
    status IN ('pending', 'apply_failed', 'download_failed')
    OR (applied_at IS NOT NULL AND observed_at IS NOT NULL AND request_no IS NOT NULL)
    OR (status = 'succeeded' AND error_code = 'NOTHING_TO_ASK' AND downloaded_count = 0
        AND num_nonnulls(applied_at, request_no) = 0));

-- The rows of an import task: one that lacks documents is partly done, not running.
CREATE OR REPLACE VIEW sync.history_row AS
SELECT k.history_batch_no, k.task_id, k.batch_no, k.job, k.direction, k.invoice_type, k.window_start, k.window_end, k.status,
    k.void_state, k.downloaded_count, k.succeeded_count, k.failed_count, k.not_before_day, k.error_code, k.error_message,
    k.advice, k.finished_at, date_trunc('month', k.window_start)::date AS issue_month, k.applied_at IS NOT NULL AS is_started,
    CASE
        WHEN k.void_state IS NOT NULL THEN 'failed'
        WHEN k.status = 'incomplete' THEN 'partial'  -- nobody works on it
        WHEN k.finished_at IS NULL THEN CASE
            WHEN k.status = 'pending' THEN 'waiting'
            WHEN k.job = 'bureau_file' AND k.status = 'downloading' THEN 'preparing'  -- 数据预处理中 is a file's alone (R245)
            ELSE 'running'
        END
        WHEN k.status IN ('apply_failed', 'download_failed') OR (k.failed_count > 0 AND k.succeeded_count = 0) THEN 'failed'
        WHEN k.failed_count > 0 OR k.status NOT IN ('succeeded', 'no_data') THEN 'partial'
        ELSE 'succeeded'
    END AS phase
FROM sync.task AS k
WHERE k.history_batch_no IS NOT NULL
    AND NOT EXISTS (SELECT FROM sync.task AS r WHERE r.retry_of = k.task_id AND r.void_state IS NULL);

-- The evidence of a month carries what its downloads say of themselves.
CREATE OR REPLACE VIEW fapiao.month_completeness AS
WITH sweep AS (
    SELECT k.taxpayer_no, k.direction, wanted.invoice_type, date_trunc('month', k.window_start)::date AS issue_month,
        k.batch_no, k.finished_at, k.failed_count,
        k.status IN ('succeeded', 'no_data') AND k.window_start = date_trunc('month', k.window_start)
            AND k.window_end = (date_trunc('month', k.window_start) + interval '1 month - 1 day')::date AS is_whole,
        CASE WHEN k.type_counts IS NULL THEN k.downloaded_count - k.ignored_count
            ELSE coalesce((k.type_counts #>> ARRAY[wanted.invoice_type, 'documents'])::integer, 0) END AS bureau_count,
        CASE WHEN k.type_counts IS NULL THEN k.amount_sum
            ELSE coalesce((k.type_counts #>> ARRAY[wanted.invoice_type, 'amount'])::numeric, 0) END AS bureau_amount
    FROM sync.task AS k
    CROSS JOIN LATERAL unnest(
        CASE WHEN k.wanted_types = '{}' THEN ARRAY[k.invoice_type] ELSE k.wanted_types END) AS wanted (invoice_type)
    WHERE k.download_type IN ('input_full', 'output_full') AND k.parent_task_id IS NULL AND k.void_state IS NULL
        AND k.job <> 'bureau_file'
),
month AS (
    SELECT taxpayer_no, direction, invoice_type, issue_month,
        array_agg(batch_no ORDER BY finished_at) FILTER (WHERE is_whole AND failed_count = 0) AS sweeps,
        (array_agg(bureau_count ORDER BY finished_at DESC) FILTER (WHERE is_whole))[1] AS bureau_count,
        (array_agg(bureau_amount ORDER BY finished_at DESC) FILTER (WHERE is_whole))[1] AS bureau_amount
    FROM sweep
    GROUP BY 1, 2, 3, 4
),
held AS (
    SELECT d.taxpayer_no, d.direction, d.invoice_type, date_trunc('month', d.issue_date)::date AS issue_month,
        count(*)::integer AS pool_count, sum(d.amount) AS pool_amount
    FROM pool.document AS d
    GROUP BY 1, 2, 3, 4
)
SELECT m.taxpayer_no, m.direction, m.invoice_type, m.issue_month,
    CASE WHEN m.sweeps IS NULL THEN 'unproven' WHEN cardinality(m.sweeps) > 1 THEN 'confirmed' ELSE 'swept' END AS level,
    coalesce(m.sweeps, '{}') AS evidence, m.bureau_count, coalesce(h.pool_count, 0) AS pool_count, m.bureau_amount,
    coalesce(h.pool_amount, 0) AS pool_amount,
    ARRAY(SELECT DISTINCT warning FROM sync.task AS k CROSS JOIN LATERAL unnest(k.warnings) AS warning
        WHERE k.batch_no = ANY (m.sweeps) ORDER BY 1) AS warnings
FROM month AS m
LEFT JOIN held AS h USING (taxpayer_no, direction, invoice_type, issue_month);
