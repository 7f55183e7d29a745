-- What a task owes its reader: what was announced and came, what is missing, what is doubtful, which schemes asked for it.

ALTER TABLE sync.task
    ADD COLUMN scheme_ids bigint[] NOT NULL DEFAULT '{}',  -- the schemes (下载方案) that cover the download
    ADD COLUMN announced_count integer CHECK (announced_count >= 0),  -- documents the bureau said there are; null: it said nothing
    ADD COLUMN received_count integer CHECK (received_count >= 0),    -- different documents that came
    -- what is missing (A-08): [{direction, invoice_type, issue_month, announced, received, what}]
    ADD COLUMN missing jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(missing) = 'array'),
    ADD COLUMN warnings text[] NOT NULL DEFAULT '{}',  -- sentences about what was stored and is doubtful
    ADD COLUMN broke_workers smallint NOT NULL DEFAULT 0;  -- workers that ended over this row: exceptions, kills, memory

-- The channel belongs to a download (R251): a file has none. A task of several types names them all, with commas.
CREATE OR REPLACE VIEW fapiao.sync_log AS
SELECT
    k.batch_no, k.parent_batch_no, k.taxpayer_no, k.taxpayer_name, k.org_code,
    CASE WHEN k.job = 'bureau_file' THEN NULL ELSE k.channel END AS channel, k.direction, k.download_type,
    k.sync_type, k.document, string_to_array(k.invoice_type, ',') AS invoice_types, k.window_start, k.window_end, k.status,
    coalesce(status.label, k.status) AS status_label, k.void_state, k.downloaded_count, k.succeeded_count,
    k.inserted_count, k.updated_count, k.unchanged_count, k.ignored_count, k.failed_count, k.amount_sum, k.tax_sum,
    k.error_code, k.error_message, k.attempts, k.request_no, k.created_by, k.created_at, k.applied_at, k.finished_at,
    k.dag_id, k.run_id,
    k.advice, k.job, k.rule, k.tick, k.window_basis, k.not_before, k.not_before_day, k.void_reason, k.voided_by,
    k.voided_at, parent.batch_no AS caused_by_batch_no,
    coalesce(own.code, rest.code) AS module_code, coalesce(own.name, rest.name) AS module_name, retried.batch_no AS retry_of_batch_no,
    CASE WHEN k.job = 'bureau_file' THEN NULL ELSE coalesce(channel.label, k.channel) END AS channel_label, coalesce(direction.label, k.direction) AS direction_label,
    coalesce(download_type.label, k.download_type) AS download_type_label,
    coalesce(sync_type.label, k.sync_type) AS sync_type_label, coalesce(document.label, k.document) AS document_label,
    coalesce(void_state.label, k.void_state) AS void_state_label,
    k.announced_count, k.received_count, k.missing, k.warnings,
    ARRAY(SELECT s.name FROM enterprise.scheme AS s WHERE s.scheme_id = ANY (k.scheme_ids) ORDER BY s.name) AS schemes
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
