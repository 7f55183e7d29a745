-- 历史发票数据同步 (S3): one import task per tax number and submission, its subtasks in the task table, the monthly update.

CREATE TABLE sync.history_batch (
    batch_no text PRIMARY KEY DEFAULT sync.new_batch_no(nextval('sync.serial')),  -- 导入批次号 (A-39)
    parent_batch_no text NOT NULL REFERENCES sync.batch,  -- the submission
    taxpayer_no text NOT NULL,
    taxpayer_name text NOT NULL,
    org_code text,
    data_type text NOT NULL CHECK (data_type IN ('details', 'usage')),
    method text NOT NULL DEFAULT 'bureau_download' CHECK (method = 'bureau_download'),
    channel text NOT NULL CHECK (channel IN ('etax', 'leqi')),
    invoice_types text[] NOT NULL CHECK (cardinality(invoice_types) > 0),
    first_month date NOT NULL,
    last_month date NOT NULL,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT months_are_ordered CHECK (first_month <= last_month),
    CONSTRAINT one_task_a_tax_number UNIQUE (parent_batch_no, taxpayer_no, data_type)
);

ALTER TABLE sync.task ADD COLUMN history_batch_no text REFERENCES sync.history_batch;
CREATE INDEX task_of_history_batch ON sync.task (history_batch_no) WHERE history_batch_no IS NOT NULL;

-- 自动更新: whose last month is updated on the 5th, and what of it; '*' is everybody (全局共享). One row, whoever asks (R279).
CREATE TABLE sync.history_auto_update (
    org_code text NOT NULL CHECK (org_code <> ''),
    data_type text NOT NULL CHECK (data_type IN ('details', 'usage')),
    enabled boolean NOT NULL DEFAULT true,
    entrance text NOT NULL CHECK (entrance IN ('automation', 'history_page')),
    created_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    changed_by text NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_code, data_type)
);

-- 执行状态: 没有数据 is a success, a terminated row is not one (A-41); nothing is stored that can be counted.
CREATE FUNCTION sync.history_status(open bigint, started boolean, good bigint, bad bigint) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN open > 0 AND NOT started THEN 'waiting'
        WHEN open > 0 THEN 'running'
        WHEN bad = 0 THEN 'succeeded'
        WHEN good = 0 THEN 'failed'
        ELSE 'partial'
    END
$$;

-- The rows that count: a failed one that was retried is represented by its retry.
CREATE VIEW sync.history_row AS
SELECT k.history_batch_no, k.task_id, k.batch_no, k.invoice_type, k.window_start, k.window_end, k.status, k.void_state,
    k.downloaded_count, k.succeeded_count, k.not_before_day, k.error_code, k.error_message, k.advice, k.finished_at,
    date_trunc('month', k.window_start)::date AS issue_month,
    k.void_state IS NULL AND k.finished_at IS NULL AS is_open,
    k.void_state IS NULL AND k.status IN ('succeeded', 'no_data') AS is_good,
    k.applied_at IS NOT NULL AS is_started
FROM sync.task AS k
WHERE k.history_batch_no IS NOT NULL
    AND NOT EXISTS (SELECT FROM sync.task AS r WHERE r.retry_of = k.task_id AND r.void_state IS NULL);

-- 导入详情: the subtasks of an import task, one a month.
CREATE VIEW fapiao.history_subtask AS
SELECT s.*, coalesce(l.label, s.status) AS status_label
FROM (
    SELECT r.history_batch_no, r.issue_month, min(r.window_start) AS window_start, max(r.window_end) AS window_end,
        sync.history_status(count(*) FILTER (WHERE r.is_open), bool_or(r.is_started), count(*) FILTER (WHERE r.is_good),
            count(*) FILTER (WHERE NOT r.is_open AND NOT r.is_good)) AS status,
        count(*)::integer AS tasks, count(*) FILTER (WHERE r.is_open)::integer AS open,
        count(*) FILTER (WHERE r.is_good)::integer AS succeeded,
        count(*) FILTER (WHERE NOT r.is_open AND NOT r.is_good AND r.void_state IS NULL)::integer AS failed,
        count(r.void_state)::integer AS terminated, sum(r.downloaded_count)::bigint AS total_count,
        sum(r.succeeded_count)::bigint AS succeeded_count,
        min(r.not_before_day) FILTER (WHERE r.is_open) AS next_day
    FROM sync.history_row AS r
    GROUP BY r.history_batch_no, r.issue_month
) AS s
LEFT JOIN sync.code_label AS l ON l.kind = 'history_status' AND l.code = s.status;

-- 历史发票数据同步: one row per import task, with the words of the manual's list (S3 §3.1).
CREATE VIEW fapiao.history_batch AS
SELECT b.batch_no, b.parent_batch_no, b.taxpayer_no, b.taxpayer_name, b.invoice_types, s.status,
    coalesce(status.label, s.status) AS status_label, b.method, coalesce(method.label, b.method) AS method_label,
    b.channel, coalesce(channel.label, b.channel) AS channel_label, b.data_type,
    coalesce(data_type.label, b.data_type) AS data_type_label, s.total_count, s.succeeded_count, b.created_by,
    b.created_at, b.org_code, o.org_name, b.first_month, b.last_month, s.tasks, s.open, s.succeeded, s.failed,
    s.terminated, s.next_day, s.finished_at
FROM sync.history_batch AS b
CROSS JOIN LATERAL (
    SELECT sync.history_status(count(*) FILTER (WHERE r.is_open), coalesce(bool_or(r.is_started), false),
            count(*) FILTER (WHERE r.is_good), count(*) FILTER (WHERE NOT r.is_open AND NOT r.is_good)) AS status,
        count(*)::integer AS tasks, count(*) FILTER (WHERE r.is_open)::integer AS open,
        count(*) FILTER (WHERE r.is_good)::integer AS succeeded,
        count(*) FILTER (WHERE NOT r.is_open AND NOT r.is_good AND r.void_state IS NULL)::integer AS failed,
        count(r.void_state)::integer AS terminated, coalesce(sum(r.downloaded_count), 0)::bigint AS total_count,
        coalesce(sum(r.succeeded_count), 0)::bigint AS succeeded_count,
        min(r.not_before_day) FILTER (WHERE r.is_open) AS next_day, max(r.finished_at) AS finished_at
    FROM sync.history_row AS r
    WHERE r.history_batch_no = b.batch_no
) AS s
LEFT JOIN enterprise.organisation AS o USING (org_code)
LEFT JOIN sync.code_label AS status ON status.kind = 'history_status' AND status.code = s.status
LEFT JOIN sync.code_label AS method ON method.kind = 'history_method' AND method.code = b.method
LEFT JOIN sync.code_label AS channel ON channel.kind = 'history_channel' AND channel.code = b.channel
LEFT JOIN sync.code_label AS data_type ON data_type.kind = 'history_data_type' AND data_type.code = b.data_type;

-- 红冲 needs the original blue invoice in the pool (R231): the red sales invoices whose original is not there.
CREATE VIEW fapiao.missing_blue_invoice AS
SELECT d.taxpayer_no, coalesce(d.org_code, t.org_code) AS org_code, d.document_key AS red_document_key, d.issue_date,
    d.total_amount, o.document_key
FROM pool.document AS d
LEFT JOIN enterprise.taxpayer AS t USING (taxpayer_no)
CROSS JOIN LATERAL (
    SELECT coalesce(nullif(d.original_blue_no, ''),
        nullif(d.original_blue_paper_code, '') || '-' || nullif(d.original_blue_paper_no, '')) AS document_key
) AS o
WHERE d.direction = 'output' AND o.document_key IS NOT NULL
    AND NOT EXISTS (
        SELECT FROM pool.document AS blue
        WHERE blue.direction = d.direction AND blue.taxpayer_no = d.taxpayer_no AND blue.document_key = o.document_key);
