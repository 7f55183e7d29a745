-- What people do with tasks: manual retries, requests for a result, rights by 核算组织, the module of a task, exports.

-- 手工重试: the new row names the failed one; a person's request is counted, so that it leaves an event whatever it changed.
ALTER TABLE sync.task
    ADD COLUMN retry_of bigint REFERENCES sync.task,
    ADD COLUMN requests smallint NOT NULL DEFAULT 0 CHECK (requests >= 0);

-- A tick plans once and a task is followed once; a retry repeats either, and is held by the two indexes after them.
DROP INDEX sync.task_planned_once;
CREATE UNIQUE INDEX task_planned_once ON sync.task (
    taxpayer_no, channel, direction, document, invoice_type, window_start, window_end, job, tick)
    NULLS NOT DISTINCT WHERE parent_task_id IS NULL AND retry_of IS NULL;

DROP INDEX sync.task_follows_once;
CREATE UNIQUE INDEX task_follows_once ON sync.task (parent_task_id, job)
    WHERE parent_task_id IS NOT NULL AND retry_of IS NULL;

-- A failed task is retried once; who wants more retries the retry. A retry that was voided does not count.
CREATE UNIQUE INDEX task_retried_once ON sync.task (retry_of) WHERE retry_of IS NOT NULL AND void_state IS NULL;

-- The retries of a download, for the three minutes between two equal requests.
CREATE INDEX task_retries ON sync.task (taxpayer_no, channel, direction, document, invoice_type, window_start, window_end)
    WHERE retry_of IS NOT NULL;

-- A request that changes nothing else of what is history leaves its event here; the other trigger sees the rest.
CREATE FUNCTION sync.log_request() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO sync.task_event (task_id, seq, from_status, to_status, actor, reason, at, hash)
    SELECT NEW.task_id, last.seq + 1, OLD.status, NEW.status, sync.actor(), said.reason, said.at,
        sync.event_hash(last.hash, NEW.batch_no, last.seq + 1, OLD.status, NEW.status, sync.actor(), said.reason, said.at)
    FROM (SELECT nullif(current_setting('fapiao.reason', true), '') AS reason, clock_timestamp() AS at) AS said
    CROSS JOIN LATERAL (
        SELECT seq, hash FROM sync.task_event AS e WHERE e.task_id = NEW.task_id ORDER BY seq DESC LIMIT 1
    ) AS last;
    RETURN NULL;
END $$;

CREATE TRIGGER log_request AFTER UPDATE OF requests ON sync.task
    FOR EACH ROW WHEN (
        OLD.requests <> NEW.requests
        AND (OLD.status, OLD.void_state, OLD.error_code, OLD.error_message, OLD.not_before_day)
            IS NOT DISTINCT FROM (NEW.status, NEW.void_state, NEW.error_code, NEW.error_message, NEW.not_before_day))
    EXECUTE FUNCTION sync.log_request();

-- 所属模块 of a job, copied from include/rules/modules.yaml; the one of job '' is for every other job.
CREATE TABLE sync.module (
    job text PRIMARY KEY,
    code text NOT NULL,
    name text NOT NULL
);

-- Who may do what for which 核算组织; '*' is every organisation. No row at all: everybody may do everything.
CREATE TABLE enterprise.permission (
    actor text NOT NULL CHECK (actor <> ''),
    org_code text NOT NULL CHECK (org_code <> ''),
    role text NOT NULL CHECK (role <> ''),
    granted_at timestamptz NOT NULL DEFAULT now(),
    granted_by text NOT NULL,
    PRIMARY KEY (actor, org_code, role)
);

-- 导出: who took which part of the log out, and how many rows; append-only as the events are.
CREATE TABLE sync.log_export (
    export_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    actor text NOT NULL,
    filter jsonb NOT NULL,
    rows integer NOT NULL CHECK (rows >= 0),
    at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON sync.log_export
    FOR EACH STATEMENT EXECUTE FUNCTION sync.refuse_rewriting();

-- 数据同步日志, now with the labels people read, the module and the retry; the promised columns stay where they are.
-- Labels are joined, not looked up by fapiao.label: a join that nobody reads costs nothing, a call is made for every row.
CREATE OR REPLACE VIEW fapiao.sync_log AS
SELECT
    k.batch_no, k.parent_batch_no, k.taxpayer_no, k.taxpayer_name, k.org_code, k.channel, k.direction, k.download_type,
    k.sync_type, k.document, ARRAY[k.invoice_type] AS invoice_types, k.window_start, k.window_end, k.status,
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
