-- 导入电子税局文件 (S1, S3): which file of which import lies where, what became of each of its rows, what waits for a rule.

-- A file is one more task of a taxpayer, and its tasks wait for each other (R283): equal ones may stand in the queue.
DROP INDEX sync.task_single_flight;
CREATE UNIQUE INDEX task_single_flight ON sync.task (
    taxpayer_no, channel, direction, document, invoice_type, window_start, window_end, download_type)
    NULLS NOT DISTINCT
    WHERE status IN ('pending', 'downloading') AND void_state IS NULL AND parent_task_id IS NULL AND job <> 'bureau_file';

CREATE INDEX task_open_import ON sync.task (taxpayer_no, task_id)
    WHERE job = 'bureau_file' AND status IN ('pending', 'downloading', 'downloaded') AND void_state IS NULL;

-- The files of a task; their bytes lie in the file store under their hash, and lay there before anyone parsed them.
CREATE TABLE sync.import_file (
    task_id bigint NOT NULL REFERENCES sync.task,
    file_no integer NOT NULL CHECK (file_no > 0),
    name text NOT NULL CHECK (name <> ''),
    sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    size bigint NOT NULL CHECK (size > 0),
    uploaded_as text NOT NULL,    -- what was handed in: the file itself, or the ZIP around it
    uploaded_sha256 text NOT NULL,
    PRIMARY KEY (task_id, file_no)
);

CREATE INDEX import_file_by_hash ON sync.import_file (sha256);

-- What became of every row of a file, in the order of the file.
CREATE TABLE sync.import_verdict (
    task_id bigint NOT NULL REFERENCES sync.task,
    file_no integer NOT NULL,
    sheet text NOT NULL,
    row_no integer NOT NULL,
    document_key text,
    verdict text NOT NULL CHECK (verdict IN (
        'inserted',     -- the pool has the document through this import
        'updated',      -- the pool knew the document and learnt something
        'unchanged',    -- the pool knew all of it
        'skipped',      -- no document: a total, an empty row, a repetition, a line that is left out
        'rejected',     -- cannot be stored
        'quarantined'   -- waits for a rule
    )),
    sentence text
);

CREATE INDEX import_verdict_of_task ON sync.import_verdict (task_id, file_no, row_no);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON sync.import_verdict
    FOR EACH STATEMENT EXECUTE FUNCTION sync.refuse_rewriting();

-- Rows whose 发票票种 no rule knows: shown, kept as they came, and read again once a rule knows them.
CREATE TABLE pool.quarantine (
    quarantine_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    direction text NOT NULL CHECK (direction IN ('input', 'output')),
    taxpayer_no text NOT NULL,
    sha256 text NOT NULL,
    file_name text NOT NULL,
    sheet text NOT NULL,
    row_no integer NOT NULL,
    reason text NOT NULL,
    payload jsonb NOT NULL,
    batch_no text NOT NULL,
    quarantined_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    released_by text,    -- the batch that brought the row into the pool
    released_at timestamptz,
    CONSTRAINT released_is_whole CHECK (num_nonnulls(released_by, released_at) IN (0, 2)),
    UNIQUE (taxpayer_no, direction, sha256, sheet, row_no)
);

CREATE INDEX quarantine_waiting ON pool.quarantine (sha256) WHERE released_at IS NULL;

-- A task of several types names them all, with commas.
CREATE OR REPLACE VIEW fapiao.sync_log AS
SELECT
    k.batch_no, k.parent_batch_no, k.taxpayer_no, k.taxpayer_name, k.org_code, k.channel, k.direction, k.download_type,
    k.sync_type, k.document, string_to_array(k.invoice_type, ',') AS invoice_types, k.window_start, k.window_end, k.status,
    coalesce(status.label, k.status) AS status_label, k.void_state, k.downloaded_count, k.succeeded_count,
    k.inserted_count, k.updated_count, k.unchanged_count, k.ignored_count, k.failed_count, k.amount_sum, k.tax_sum,
    k.error_code, k.error_message, k.attempts, k.request_no, k.created_by, k.created_at, k.applied_at, k.finished_at,
    k.dag_id, k.run_id,
    k.advice, k.job, k.rule, k.tick, k.window_basis, k.not_before, k.not_before_day, k.void_reason, k.voided_by,
    k.voided_at, parent.batch_no AS caused_by_batch_no,
    coalesce(own.code, rest.code) AS module_code, coalesce(own.name, rest.name) AS module_name, retried.batch_no AS retry_of_batch_no,
    coalesce(channel.label, k.channel) AS channel_label, coalesce(direction.label, k.direction) AS direction_label,
    coalesce(download_type.label, k.download_type) AS download_type_label,
    coalesce(sync_type.label, k.sync_type) AS sync_type_label, coalesce(document.label, k.document) AS document_label,
    coalesce(void_state.label, k.void_state) AS void_state_label
FROM sync.task AS k
LEFT JOIN sync.task AS parent ON parent.task_id = k.parent_task_id
LEFT JOIN sync.task AS retried ON retried.task_id = k.retry_of
LEFT JOIN sync.module AS own ON own.job = k.job
LEFT JOIN sync.module AS rest ON rest.job = ''
LEFT JOIN sync.code_label AS status ON status.kind = 'status' AND status.code = k.status
LEFT JOIN sync.code_label AS channel ON channel.kind = 'channel' AND channel.code = k.channel
LEFT JOIN sync.code_label AS direction ON direction.kind = 'direction' AND direction.code = k.direction
LEFT JOIN sync.code_label AS download_type ON download_type.kind = 'download_type' AND download_type.code = k.download_type
LEFT JOIN sync.code_label AS sync_type ON sync_type.kind = 'sync_type' AND sync_type.code = k.sync_type
LEFT JOIN sync.code_label AS document ON document.kind = 'document' AND document.code = k.document
LEFT JOIN sync.code_label AS void_state ON void_state.kind = 'void_state' AND void_state.code = k.void_state;

-- A file proves nothing about its month: whoever exported it chose what it holds.
CREATE OR REPLACE VIEW fapiao.month_completeness AS
WITH month AS (
    SELECT k.taxpayer_no, k.direction, k.invoice_type, date_trunc('month', k.window_start)::date AS issue_month,
        array_agg(k.batch_no ORDER BY k.finished_at)
            FILTER (WHERE k.status IN ('succeeded', 'no_data') AND whole.month AND k.failed_count = 0) AS sweeps,
        (array_agg(k.downloaded_count ORDER BY k.finished_at DESC)
            FILTER (WHERE k.status IN ('succeeded', 'no_data') AND whole.month))[1] AS bureau_count,
        (array_agg(k.amount_sum ORDER BY k.finished_at DESC)
            FILTER (WHERE k.status IN ('succeeded', 'no_data') AND whole.month))[1] AS bureau_amount
    FROM sync.task AS k
    CROSS JOIN LATERAL (SELECT
        k.window_start = date_trunc('month', k.window_start)
        AND k.window_end = (date_trunc('month', k.window_start) + interval '1 month - 1 day')::date AS month) AS whole
    WHERE k.download_type IN ('input_full', 'output_full') AND k.parent_task_id IS NULL AND k.void_state IS NULL
        AND k.job <> 'bureau_file'
    GROUP BY 1, 2, 3, 4
),
held AS (
    SELECT d.taxpayer_no, d.direction, CASE d.invoice_type WHEN '8208' THEN '82' ELSE d.invoice_type END AS invoice_type,
        date_trunc('month', d.issue_date)::date AS issue_month, count(*)::integer AS pool_count, sum(d.amount) AS pool_amount
    FROM pool.document AS d
    GROUP BY 1, 2, 3, 4
)
SELECT m.taxpayer_no, m.direction, m.invoice_type, m.issue_month,
    CASE WHEN m.sweeps IS NULL THEN 'unproven' WHEN cardinality(m.sweeps) > 1 THEN 'confirmed' ELSE 'swept' END AS level,
    coalesce(m.sweeps, '{}') AS evidence, m.bureau_count, coalesce(h.pool_count, 0) AS pool_count, m.bureau_amount,
    coalesce(h.pool_amount, 0) AS pool_amount
FROM month AS m
LEFT JOIN held AS h USING (taxpayer_no, direction, invoice_type, issue_month);

-- 执行状态 of a history task out of how its subtasks stand (A-41): aborted is no success, 没有数据 is one.
CREATE FUNCTION fapiao.history_status(
    waiting bigint, preparing bigint, running bigint, succeeded bigint, partial bigint, failed bigint
) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN preparing > 0 THEN 'preprocessing'                                              -- 数据预处理中
        WHEN running > 0 OR (waiting > 0 AND succeeded + partial + failed > 0) THEN 'running'  -- 同步中
        WHEN waiting > 0 THEN 'waiting'                                                      -- 待同步
        WHEN partial + failed = 0 THEN 'succeeded'                                           -- 全部执行成功
        WHEN partial + succeeded = 0 THEN 'failed'                                           -- 全部执行失败
        ELSE 'partial'                                                                       -- 部分执行成功
    END
$$;

-- How one task stands, as a subtask of a history task; only a file is ever 数据预处理中 (R245).
CREATE FUNCTION fapiao.history_phase(
    job text, status text, void_state text, succeeded_count integer, failed_count integer
) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN status IN ('succeeded', 'no_data')
            THEN CASE WHEN failed_count = 0 THEN 'succeeded' WHEN succeeded_count = 0 THEN 'failed' ELSE 'partial' END
        WHEN void_state IS NOT NULL OR status IN ('apply_failed', 'download_failed') THEN 'failed'
        WHEN status = 'pending' THEN 'waiting'
        WHEN job = 'bureau_file' AND status = 'downloading' THEN 'preparing'
        ELSE 'running'
    END
$$;

-- 历史发票数据同步: one row per import batch, tax number (R242) and data type, over the jobs of module F17029; a retry stands for what it repeats.
CREATE VIEW fapiao.history_task AS
WITH subtask AS (
    SELECT k.*, fapiao.history_phase(k.job, k.status, k.void_state, k.succeeded_count, k.failed_count) AS phase,
        CASE k.job WHEN 'history_usage' THEN 'usage' ELSE 'details' END AS data_type
    FROM sync.task AS k
    JOIN sync.module AS m ON m.job = k.job AND m.code = 'F17029'
    WHERE NOT EXISTS (SELECT FROM sync.task AS again WHERE again.retry_of = k.task_id AND again.void_state IS NULL)
),
task AS (
    SELECT s.parent_batch_no AS batch_no, s.taxpayer_no, s.data_type, max(s.taxpayer_name) AS taxpayer_name,
        array_agg(DISTINCT s.direction) AS directions,
        CASE WHEN bool_and(s.job = 'bureau_file') THEN 'bureau_file' ELSE 'bureau_download' END AS method,
        CASE WHEN bool_and(s.job = 'bureau_file') THEN NULL ELSE max(s.channel) END AS channel,
        fapiao.history_status(
            count(*) FILTER (WHERE s.phase = 'waiting'), count(*) FILTER (WHERE s.phase = 'preparing'),
            count(*) FILTER (WHERE s.phase = 'running'), count(*) FILTER (WHERE s.phase = 'succeeded'),
            count(*) FILTER (WHERE s.phase = 'partial'), count(*) FILTER (WHERE s.phase = 'failed')) AS status,
        sum(s.downloaded_count)::bigint AS total_count, sum(s.succeeded_count)::bigint AS succeeded_count,
        count(*) AS subtasks, min(s.created_by) AS created_by, min(s.created_at) AS created_at, max(s.org_code) AS org_code
    FROM subtask AS s
    GROUP BY s.parent_batch_no, s.taxpayer_no, s.data_type
)
SELECT t.batch_no, t.taxpayer_no, t.taxpayer_name, t.data_type,
    fapiao.label('history_data_type', t.data_type) AS data_type_label, t.directions,
    (SELECT array_agg(DISTINCT code ORDER BY code) FROM subtask AS s
        CROSS JOIN LATERAL string_to_table(s.invoice_type, ',') AS code
        WHERE s.parent_batch_no = t.batch_no AND s.taxpayer_no = t.taxpayer_no AND s.data_type = t.data_type) AS invoice_types,
    t.status, fapiao.label('history_status', t.status) AS status_label,
    t.method, fapiao.label('history_method', t.method) AS method_label, t.channel,
    t.total_count, t.succeeded_count, t.subtasks, t.created_by, t.created_at, t.org_code, o.org_name
FROM task AS t
LEFT JOIN enterprise.organisation AS o USING (org_code);

-- 导入结果: every row of every file with its verdict.
CREATE VIEW fapiao.import_verdict AS
SELECT k.batch_no, k.taxpayer_no, k.direction, f.name AS file_name, v.sheet, v.row_no, v.document_key, v.verdict,
    fapiao.label('import_verdict', v.verdict) AS verdict_label, v.sentence, v.task_id, v.file_no
FROM sync.import_verdict AS v
JOIN sync.import_file AS f USING (task_id, file_no)
JOIN sync.task AS k USING (task_id);

-- 待识别票种: what waits, and what came into the pool after all.
CREATE VIEW fapiao.quarantine AS
SELECT q.batch_no, q.taxpayer_no, q.direction, q.file_name, q.sheet, q.row_no, q.reason, q.payload, q.quarantined_at,
    q.released_by, q.released_at
FROM pool.quarantine AS q;
