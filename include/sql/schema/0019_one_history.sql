-- 历史发票数据同步 is one list, of downloads and of files (S3 §3.1), and one derivation of 执行状态 (A-41).

-- The channel is a download's (R251): a file has none.
ALTER TABLE sync.task
    ALTER COLUMN channel DROP NOT NULL,
    ADD CONSTRAINT download_has_a_channel CHECK (channel IS NOT NULL OR job = 'bureau_file');
UPDATE sync.task SET channel = NULL WHERE job = 'bureau_file';

-- An import is an import task as well, under the number of its row; it holds what its files hold, whatever the months.
ALTER TABLE sync.history_batch
    DROP CONSTRAINT history_batch_method_check,
    DROP CONSTRAINT one_task_a_tax_number,
    ALTER COLUMN channel DROP NOT NULL,
    ALTER COLUMN first_month DROP NOT NULL,
    ALTER COLUMN last_month DROP NOT NULL,
    ADD CONSTRAINT method_is_known CHECK (method IN ('bureau_download', 'bureau_file')),
    ADD CONSTRAINT download_has_channel_and_months CHECK (
        method = 'bureau_file' OR num_nulls(channel, first_month, last_month) = 0),
    ADD CONSTRAINT file_has_neither CHECK (method = 'bureau_download' OR num_nonnulls(channel, first_month, last_month) = 0);
CREATE UNIQUE INDEX one_task_a_tax_number ON sync.history_batch (parent_batch_no, taxpayer_no, data_type)
    WHERE method = 'bureau_download';

INSERT INTO sync.history_batch (
    batch_no, parent_batch_no, taxpayer_no, taxpayer_name, org_code, data_type, method, invoice_types, created_by, created_at)
SELECT k.batch_no, k.parent_batch_no, k.taxpayer_no, k.taxpayer_name, k.org_code, 'details', 'bureau_file',
    string_to_array(k.invoice_type, ','), k.created_by, k.created_at
FROM sync.task AS k
WHERE k.job = 'bureau_file' AND k.retry_of IS NULL;

WITH RECURSIVE chain AS (
    SELECT task_id, batch_no AS first_batch_no FROM sync.task WHERE job = 'bureau_file' AND retry_of IS NULL
    UNION ALL
    SELECT again.task_id, c.first_batch_no FROM chain AS c JOIN sync.task AS again ON again.retry_of = c.task_id
)
UPDATE sync.task AS k SET history_batch_no = c.first_batch_no FROM chain AS c WHERE c.task_id = k.task_id;

DROP VIEW fapiao.history_task, fapiao.history_batch, fapiao.history_subtask, sync.history_row;
DROP FUNCTION sync.history_status, fapiao.history_status, fapiao.history_phase;

-- The rows that count, each with how it stands as a subtask: a failed one that was retried is represented by its retry.
CREATE VIEW sync.history_row AS
SELECT k.history_batch_no, k.task_id, k.batch_no, k.job, k.direction, k.invoice_type, k.window_start, k.window_end, k.status,
    k.void_state, k.downloaded_count, k.succeeded_count, k.failed_count, k.not_before_day, k.error_code, k.error_message,
    k.advice, k.finished_at, date_trunc('month', k.window_start)::date AS issue_month, k.applied_at IS NOT NULL AS is_started,
    CASE
        WHEN k.void_state IS NOT NULL THEN 'failed'
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

-- 执行状态 out of how the rows stand (A-41): 没有数据 is a success, a terminated row is not one; nothing is stored that can be counted.
CREATE FUNCTION fapiao.history_status(phases text[], started boolean) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN 'preparing' = ANY (phases) THEN 'preprocessing'
        WHEN 'running' = ANY (phases) OR ('waiting' = ANY (phases) AND started) THEN 'running'
        WHEN 'waiting' = ANY (phases) THEN 'waiting'
        WHEN phases <@ '{succeeded}' THEN 'succeeded'
        WHEN phases <@ '{failed}' THEN 'failed'
        ELSE 'partial'
    END
$$;

-- 导入详情: the subtasks of an import task, one a month; of a file one, whatever months it holds.
CREATE VIEW fapiao.history_subtask AS
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

-- 历史发票数据同步: one row per import task, with the words of the manual's list (S3 §3.1).
CREATE VIEW fapiao.history_task AS
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

-- The same list under the name and the columns that it had for downloads alone.
CREATE VIEW fapiao.history_batch AS
SELECT batch_no, parent_batch_no, taxpayer_no, taxpayer_name, invoice_types, status, status_label, method, method_label,
    channel, channel_label, data_type, data_type_label, total_count, succeeded_count, created_by, created_at, org_code,
    org_name, first_month, last_month, subtasks AS tasks, open, succeeded, failed, terminated, next_day, finished_at
FROM fapiao.history_task;
